import { Injectable, Logger } from '@nestjs/common';
import type { AfterCommit, BeforeCommit, Transaction, TransactionContext } from '@waybill/core';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { DataSource, type ObjectLiteral, QueryFailedError, type QueryRunner, type Repository } from 'typeorm';
import type { Statement } from './columns';
import { isStale, runPrepared } from './prepared';

/** Queries and transactions in the context of a unit of work. */
@Injectable()
export class Database {
  private readonly logger = new Logger(Database.name);

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` atomically. Uses the context's transaction if one is open; otherwise opens one that commits when `work`
   * resolves and rolls back when `work` or a `beforeCommit` hook throws.
   */
  async transaction<T>(ctx: TransactionContext, work: () => Promise<T>): Promise<T> {
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

  /** Returns TypeORM's repository of an entity, in the context's transaction if one is open. */
  repository<E extends ObjectLiteral>(ctx: TransactionContext, entity: new () => E): Repository<E> {
    return (ctx.transaction?.runner.manager ?? this.dataSource.manager).getRepository(entity);
  }

  /** Runs a statement in the context's transaction, if one is open. @returns the selected or returned rows. */
  async rows<Row extends object>(
    ctx: TransactionContext,
    { text }: Statement<Row>,
    parameters: unknown[] = [],
  ): Promise<Row[]> {
    // The row type comes from the statement's select list.
    return (await this.run(ctx, text, parameters)).rows as Row[];
  }

  /** Like `rows`, for a statement that returns at most one row. */
  async row<Row extends object>(
    ctx: TransactionContext,
    query: Statement<Row>,
    parameters: unknown[] = [],
  ): Promise<Row | undefined> {
    return (await this.rows(ctx, query, parameters))[0];
  }

  /** Like `rows`, for a statement that always returns one row. @throws Error if it returns none. */
  async one<Row extends object>(
    ctx: TransactionContext,
    query: Statement<Row>,
    parameters: unknown[] = [],
  ): Promise<Row> {
    const row = await this.row(ctx, query, parameters);
    if (!row) throw new Error(`The statement returned no row: ${query.text}`);
    return row;
  }

  /** Runs a statement that returns no rows. @returns the number of affected rows. */
  async execute(ctx: TransactionContext, text: string, parameters: unknown[] = []): Promise<number> {
    return (await this.run(ctx, text, parameters)).rowCount ?? 0;
  }

  /** Registers a hook that runs inside the open transaction, just before its commit. */
  beforeCommit(ctx: TransactionContext, hook: BeforeCommit): void {
    this.open(ctx).beforeCommit.push(hook);
  }

  /** Runs a hook after the open transaction commits, or now if none is open. */
  afterCommit(ctx: TransactionContext, hook: AfterCommit): void {
    if (ctx.transaction) ctx.transaction.afterCommit.push(hook);
    else void this.runAfterCommit([hook]);
  }

  // Uses pg's client directly, which saves creating and releasing a TypeORM query runner for each statement.
  private async run(
    ctx: TransactionContext,
    text: string,
    parameters: unknown[],
  ): Promise<QueryResult<object>> {
    if (this.dataSource.options.logging) this.dataSource.logger.logQuery(text, parameters);
    const inTransaction = ctx.transaction !== undefined;
    const connection = ((await ctx.transaction?.runner.connect()) ??
      (await this.pool.connect())) as PoolClient;
    let stale = false;
    try {
      return await runPrepared(connection, text, parameters);
    } catch (error) {
      stale = isStale(error);
      // The pool drops a connection that has ended; PostgreSQL then rolls its transaction back.
      if (stale && inTransaction) void connection.end();
      if (!stale || inTransaction) throw this.failed(text, parameters, error as Error);
    } finally {
      if (!inTransaction) connection.release(stale);
    }
    return this.runUnprepared(text, parameters);
  }

  private async runUnprepared(text: string, parameters: unknown[]): Promise<QueryResult<object>> {
    try {
      return await this.pool.query<object>(text, parameters);
    } catch (error) {
      throw this.failed(text, parameters, error as Error);
    }
  }

  private failed(text: string, parameters: unknown[], error: Error): QueryFailedError {
    if (this.dataSource.options.logging) this.dataSource.logger.logQueryError(error, text, parameters);
    return new QueryFailedError(text, parameters, error);
  }

  /** TypeORM's pool. It exists only after TypeORM has connected. */
  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  private open(ctx: TransactionContext): Transaction {
    if (!ctx.transaction) throw new Error('No transaction is open in this context');
    return ctx.transaction;
  }

  private async rollback(runner: QueryRunner): Promise<void> {
    if (!runner.isTransactionActive) return;
    // A lost connection is already rolled back; its error must not hide the first one.
    await runner
      .rollbackTransaction()
      .catch((error: Error) => this.logger.warn(`Rollback failed: ${error.message}`));
  }

  private async runAfterCommit(hooks: AfterCommit[]): Promise<void> {
    for (const hook of hooks) {
      try {
        await hook();
      } catch (error) {
        this.logger.error(`after-commit hook failed: ${(error as Error).message}`, (error as Error).stack);
      }
    }
  }
}
