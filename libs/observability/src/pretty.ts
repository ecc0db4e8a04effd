import { styleText } from 'node:util';

type Line = Record<string, unknown>;
type Style = Parameters<typeof styleText>[0];

const styles: Record<string, Style> = {
  trace: 'gray',
  debug: 'gray',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
};

/** Fields that have their own place in the line, or that do not help on a terminal. */
const SHOWN = new Set([
  'level',
  'time',
  'context',
  'msg',
  'err',
  'details',
  'request_id',
  'trace_id',
  'reason',
]);

/** Interval in which a repeated warning is hidden. */
const REPEATS_AFTER_MS = 10 * 60_000;
const WARNINGS_KEPT = 200;

/**
 * Formats the log's JSON lines as short lines for a terminal. Shows a warning once in ten minutes, even if its numbers
 * differ.
 * @param colour whether the terminal shows colours.
 */
export class PrettyLog {
  private readonly warned = new Map<string, number>();

  constructor(
    private readonly out: { write(text: string): unknown },
    private readonly colour: boolean,
    private readonly now: () => number = Date.now,
  ) {}

  write(json: string): void {
    const line = JSON.parse(json) as Line;
    if (line.level === 'warn' && this.isRepeated(line)) return;
    this.out.write(`${this.render(line)}\n`);
  }

  private isRepeated({ context, msg }: Line): boolean {
    const key = `${String(context)} ${String(msg)}`.replaceAll(/\d+/g, '#');
    const last = this.warned.get(key);
    if (last !== undefined && this.now() - last < REPEATS_AFTER_MS) return true;
    if (this.warned.size >= WARNINGS_KEPT) this.warned.clear();
    this.warned.set(key, this.now());
    return false;
  }

  private render(line: Line): string {
    const level = String(line.level);
    const parts = [
      this.paint('gray', clockOf(line.time)),
      this.paint(styles[level] ?? 'white', level.toUpperCase().padEnd(5)),
      ...(line.msg === 'request'
        ? [requestOf(line)]
        : [this.paint('gray', textOf(line.context)), textOf(line.msg), textOf(line.reason), restOf(line)]),
    ];
    return [
      parts.filter((part) => part !== '').join(' '),
      ...stackOf(line).map((row) => this.paint('gray', row)),
    ].join('\n');
  }

  private paint(style: Style, text: string): string {
    return this.colour && text !== '' ? styleText(style, text, { validateStream: false }) : text;
  }
}

const clockOf = (time: unknown): string => new Date(String(time)).toTimeString().slice(0, 8);

const requestOf = ({ method, route, status, ms, caller }: Line): string =>
  [method, route, status, `${String(ms)} ms`, caller]
    .filter((part) => part !== undefined)
    .map(String)
    .join(' ');

function restOf(line: Line): string {
  const rest = Object.entries(line).filter(([name, value]) => !SHOWN.has(name) && value !== undefined);
  return rest.map(([name, value]) => `${name}=${textOf(value)}`).join(' ');
}

const textOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** Returns the stack of an error, or the text that Nest appended to it. */
function stackOf({ err, details }: Line): string[] {
  const stack = (err as { stack?: string } | undefined)?.stack;
  const added = Array.isArray(details) ? details.map(textOf) : [];
  return [...(stack === undefined ? [] : [stack]), ...added].flatMap((text) =>
    text.split('\n').map((row) => `  ${row}`),
  );
}
