import { AsyncLocalStorage } from 'node:async_hooks';
import type { LoggerService } from '@nestjs/common';
import type { Config } from '@waybill/config';
import { redactedLines } from '@waybill/core';
import { type Level, type Logger, type LoggerOptions, pino } from 'pino';
import { LogBuffer } from './log-buffer';
import { PrettyLog } from './pretty';

/** Fields of every log line of one request or job. */
export type LogFields = Record<string, string | undefined>;

const fields = new AsyncLocalStorage<LogFields>();

/** Adds fields to all later log lines of this request or job. */
export const logWith = (added: LogFields): void => fields.enterWith({ ...fields.getStore(), ...added });

/** Runs `work` with fields on all of its log lines. */
export const runWithLogFields = <T>(added: LogFields, work: () => T): T =>
  fields.run({ ...fields.getStore(), ...added }, work);

/**
 * The process's log on stdout: JSON lines, or short lines on a terminal outside production. Callers never log secrets
 * or personal data. As a safeguard, text that looks like a credential is redacted.
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

// Nest's lines about its own start help only when debugging Nest.
const CHATTY = new Set<unknown>([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Sends the log lines of Nest, and of every Nest `Logger`, to the process's log. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(CHATTY.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    // Nest also throws these errors, such as a port that is in use; the caller reports them or tries the next port.
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
