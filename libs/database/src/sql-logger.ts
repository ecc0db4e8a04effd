import { Logger as NestLogger } from '@nestjs/common';
import type { Logger } from 'typeorm';

/** Logs SQL statements without their parameters, which may contain personal data. */
export class SqlLogger implements Logger {
  private readonly logger = new NestLogger('SQL');

  logQuery(query: string): void {
    this.logger.log(query.replaceAll(/\s+/g, ' '));
  }

  logQueryError(error: string | Error, query: string): void {
    this.logger.warn(
      `${typeof error === 'string' ? error : error.message}: ${query.replaceAll(/\s+/g, ' ')}`,
    );
  }

  logQuerySlow(time: number, query: string): void {
    this.logger.warn(`${time} ms: ${query}`);
  }

  logSchemaBuild(message: string): void {
    this.logger.log(message);
  }

  logMigration(message: string): void {
    this.logger.log(message);
  }

  log(level: 'log' | 'info' | 'warn', message: unknown): void {
    this.logger[level === 'warn' ? 'warn' : 'log'](message);
  }
}
