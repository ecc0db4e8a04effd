import { BUSY_THRESHOLD, type Machine } from '../machine';
import { cpuRatio, reachesTarget, type Result } from '../result';
import { figure, percent, ratio } from './numbers';

export interface RunInfo {
  machine: Machine;
  connections: number;
  rounds: number;
  seconds: number;
  pinned: boolean;
  /** Paths that this machine can't measure, and why. */
  skipped: string[];
}

const OTHER_FIGURES =
  'The cost of events and daily sums for a write, and what `npm run test:load` measured, are in ' +
  '[ADR 0021](adr/0021-daily-sums-and-package-events.md).';

/** Renders `docs/performance.md`. */
export function toMarkdown(results: readonly Result[], run: RunInfo): string {
  const compared = results.filter((result) => result.baseline !== null);
  const absolute = results.filter((result) => result.baseline === null);
  return [
    '# Performance',
    '`npm run bench` (`bench/`) writes this page. It measures each path alternately with a bare baseline (`bench/baselines/`) that does ' +
      'the same work without a framework. Compare the ratios: the rates depend on the machine.',
    where(run),
    how(run),
    ...(compared.length > 0 ? ['## Against the baseline', comparedTable(compared), costTable(compared)] : []),
    ...(absolute.length > 0 ? ['## Without a baseline', absoluteTable(absolute)] : []),
    ...notes(results),
    ...run.skipped.map((line) => `Skipped: ${line}.`),
    OTHER_FIGURES,
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n');
}

function where({ machine }: RunInfo): string {
  const busy =
    machine.busyBefore > BUSY_THRESHOLD
      ? ` **Other processes used ${percent(machine.busyBefore)} of the machine before the run: do not quote these results.**`
      : '';
  return `Measured on ${machine.date}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}.${busy}`;
}

function how({ connections, rounds, seconds, pinned }: RunInfo): string {
  const cores = pinned
    ? 'the server on one core and the client on another'
    : 'server and client not bound to cores';
  return (
    `${connections} connections, ${rounds} alternating rounds of ${seconds} s per side after a warm-up, ${cores}; PostgreSQL with ` +
    'durability on. Sessions, limits, logs and metrics are enabled; the limits are raised. Spread is the difference of the highest and ' +
    'the lowest round, as a share of the median. “By CPU” is the CPU time of the baseline per request, as a share of ours; other ' +
    'processes affect it less.'
  );
}

const comparedTable = (results: readonly Result[]): string =>
  table(
    ['path', 'ours', 'baseline', 'ratio', 'by CPU', 'spread', 'target', ''],
    results.map((result) => [
      result.path,
      `${figure(result.ours)} ${result.unit}`,
      `${figure(result.baseline!)} ${result.unit}`,
      ratio(result.ratio),
      ratio(cpuRatio(result)),
      percent(result.spread),
      `≥ ${ratio(result.target)}`,
      outcome(result),
    ]),
  );

function costTable(results: readonly Result[]): string {
  const rows = results.flatMap(({ path, cost }) =>
    cost
      ? (['ours', 'baseline'] as const).map((side) => {
          const { p50, p99, cpu, rss } = cost[side];
          return [path, side, ...[p50, p99, cpu, rss].map(figure)];
        })
      : [],
  );
  return rows.length === 0 ? '' : table(['path', 'side', 'p50 ms', 'p99 ms', 'CPU µs each', 'RSS MB'], rows);
}

const absoluteTable = (results: readonly Result[]): string =>
  table(
    ['what', 'ours', 'spread', 'target', ''],
    results.map((result) => [
      result.path,
      `${figure(result.ours)} ${result.unit}`,
      percent(result.spread),
      `≤ ${result.target} ${result.unit}`,
      outcome(result),
    ]),
  );

function outcome(result: Result): string {
  if (result.noisy) return 'too noisy';
  return reachesTarget(result) ? 'reached' : 'not reached';
}

function notes(results: readonly Result[]): string[] {
  const lines = results.flatMap(({ path, notes: said }) => said.map((note) => `- ${path}: ${note}.`));
  return lines.length > 0 ? ['## Notes', lines.join('\n')] : [];
}

/** Renders a table in prettier's format. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
