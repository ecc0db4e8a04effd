import { AsyncLocalStorage } from 'node:async_hooks';
import type { LoggerService } from '@nestjs/common';
import type { Config } from '@waybill/config';
import { redactedLines } from '@waybill/core';
import { type Level, type Logger, type LoggerOptions, pino } from 'pino';
import { LogBuffer } from './log-buffer';
import { PrettyLog } from './pretty';

/** What every line that is logged on behalf of a request or a job carries. */
export type LogFields = Record<string, string | undefined>;

const fields = new AsyncLocalStorage<LogFields>();

/** Adds fields to whatever is logged from here on, in this request or job. */
export const logWith = (added: LogFields): void => fields.enterWith({ ...fields.getStore(), ...added });

/** Runs `work` with fields on whatever it logs. */
export const runWithLogFields = <T>(added: LogFields, work: () => T): T =>
  fields.run({ ...fields.getStore(), ...added }, work);

/**
 * The process's log on stdout: JSON lines, or short ones for a person who watches a terminal outside production. What could
 * hold a secret or a personal datum is never handed to it; should one come all the same, what looks like a credential of ours is
 * taken out of the line.
 */
export function createLogger({ logLevel, production }: Pick<Config, 'logLevel' | 'production'>): Logger {
  const { stdout } = process;
  const options: LoggerOptions = {
    level: logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => fields.getStore() ?? {},
    redact: [
      'req.headers',
      '*.authorization',
      '*.cookie',
      '*.password',
      'err.parameters',
      'err.query',
      'err.driverError',
    ],
  };
  if (production || !stdout.isTTY)
    return pino(options, new LogBuffer(pino.destination({ dest: 1, sync: true }), redactedLines));
  const pretty = new PrettyLog(stdout, stdout.hasColors());
  return pino(options, { write: (line: string) => pretty.write(redactedLines(line)) });
}

// What Nest says of its own assembly helps only whoever debugs that.
const CHATTY = new Set<unknown>([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Lets Nest, and every Nest `Logger`, write to the process's log. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(CHATTY.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    // It throws what it says, such as that a port is taken: the process tells of it, or tries the next one.
    this.write(rest.at(-1) === 'NestApplication' ? 'debug' : 'error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  // Nest appends the context's name, and before it, for errors, a stack or a further text.
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const details = rest.slice(0, -1).filter((part) => part !== undefined);
    if (typeof message === 'object' && message !== null)
      this.logger[level]({ context, ...message }, details.join(' '));
    else this.logger[level]({ context, ...(details.length > 0 && { details }) }, String(message));
  }
}
