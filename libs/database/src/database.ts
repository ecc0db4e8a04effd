import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type QueryRunner } from 'typeorm';
import type { AfterCommit, BeforeCommit, Transaction, WorkContext } from './work-context';

/** The way to PostgreSQL: queries and transactions in the context of a unit of work. */
@Injectable()
export class Database {
  private readonly logger = new Logger(Database.name);

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` atomically: in the context's transaction if one is open, else in a new one that commits when `work`
   * resolves and rolls back when it, or a `beforeCommit`, throws.
   */
  async transaction<T>(ctx: WorkContext, work: () => Promise<T>): Promise<T> {
    if (ctx.transaction) return work();
    const runner = this.dataSource.createQueryRunner();
    const transaction: Transaction = { runner, beforeCommit: [], afterCommit: [] };
    let result: T;
    try {
      await runner.startTransaction();
      ctx.transaction = transaction;
      result = await work();
      for (const hook of transaction.beforeCommit) await hook();
      await runner.commitTransaction();
    } catch (error) {
      await this.rollback(runner);
      throw error;
    } finally {
      ctx.transaction = undefined;
      await runner.release();
    }
    await this.runAfterCommit(transaction.afterCommit);
    return result;
  }

  /**
   * Runs one statement in the context's transaction, or on its own.
   * @returns the rows that it selected or returned.
   */
  async query<Row>(ctx: WorkContext, sql: string, parameters: unknown[] = []): Promise<Row[]> {
    if (ctx.transaction) return (await ctx.transaction.runner.query(sql, parameters, true)).records as Row[];
    const runner = this.dataSource.createQueryRunner();
    try {
      return (await runner.query(sql, parameters, true)).records as Row[];
    } finally {
      await runner.release();
    }
  }

  /** Registers what must happen inside the open transaction, just before its commit. */
  beforeCommit(ctx: WorkContext, hook: BeforeCommit): void {
    this.open(ctx).beforeCommit.push(hook);
  }

  /** Does what may happen once all that was written is durable: after the open transaction's commit, or now without one. */
  afterCommit(ctx: WorkContext, hook: AfterCommit): void {
    if (ctx.transaction) ctx.transaction.afterCommit.push(hook);
    else void this.runAfterCommit([hook]);
  }

  private open(ctx: WorkContext): Transaction {
    if (!ctx.transaction) throw new Error('No transaction is open in this context');
    return ctx.transaction;
  }

  private async rollback(runner: QueryRunner): Promise<void> {
    if (!runner.isTransactionActive) return;
    // A lost connection has rolled back already, and its error must not hide the first one.
    await runner
      .rollbackTransaction()
      .catch((error: Error) => this.logger.warn(`Rollback: ${error.message}`));
  }

  private async runAfterCommit(hooks: AfterCommit[]): Promise<void> {
    for (const hook of hooks) {
      try {
        await hook();
      } catch (error) {
        this.logger.error(`After the commit: ${(error as Error).message}`, (error as Error).stack);
      }
    }
  }
}
