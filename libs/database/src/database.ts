import { Injectable, Logger } from '@nestjs/common';
import type { AfterCommit, BeforeCommit, Transaction, TransactionContext } from '@waybill/core';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { DataSource, type ObjectLiteral, QueryFailedError, type QueryRunner, type Repository } from 'typeorm';
import type { Statement } from './columns';
import { isStale, runPrepared } from './prepared';

/** The way to PostgreSQL: queries and transactions in the context of a unit of work. */
@Injectable()
export class Database {
  private readonly logger = new Logger(Database.name);

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` atomically: in the context's transaction if one is open, else in a new one that commits when `work`
   * resolves and rolls back when it, or a `beforeCommit`, throws.
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

  /** TypeORM's repository of an entity, in the context's transaction if one is open. */
  repository<E extends ObjectLiteral>(ctx: TransactionContext, entity: new () => E): Repository<E> {
    return (ctx.transaction?.runner.manager ?? this.dataSource.manager).getRepository(entity);
  }

  /** Runs a statement in the context's transaction, or on its own. @returns the rows that it selected or returned. */
  async rows<Row extends object>(
    ctx: TransactionContext,
    { text }: Statement<Row>,
    parameters: unknown[] = [],
  ): Promise<Row[]> {
    // What the rows are made of is the statement's select list, which the type comes from.
    return (await this.run(ctx, text, parameters)).rows as Row[];
  }

  /** As `rows`, of a statement that gives one row at most. */
  async row<Row extends object>(
    ctx: TransactionContext,
    wanted: Statement<Row>,
    parameters: unknown[] = [],
  ): Promise<Row | undefined> {
    return (await this.rows(ctx, wanted, parameters))[0];
  }

  /** As `rows`, of a statement that always gives a row. @throws Error where it gave none. */
  async one<Row extends object>(
    ctx: TransactionContext,
    wanted: Statement<Row>,
    parameters: unknown[] = [],
  ): Promise<Row> {
    const row = await this.row(ctx, wanted, parameters);
    if (!row) throw new Error(`No row came of: ${wanted.text}`);
    return row;
  }

  /** Runs a statement that gives no rows. @returns how many it inserted, updated or deleted. */
  async execute(ctx: TransactionContext, text: string, parameters: unknown[] = []): Promise<number> {
    return (await this.run(ctx, text, parameters)).rowCount ?? 0;
  }

  /** @deprecated Nothing checks what `Row` says: use `repository`, `rows` or `execute`. */
  async query<Row>(ctx: TransactionContext, sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.run(ctx, sql, parameters)).rows as Row[];
  }

  /** Registers what must happen inside the open transaction, just before its commit. */
  beforeCommit(ctx: TransactionContext, hook: BeforeCommit): void {
    this.open(ctx).beforeCommit.push(hook);
  }

  /** Does what may happen once all that was written is durable: after the open transaction's commit, or now without one. */
  afterCommit(ctx: TransactionContext, hook: AfterCommit): void {
    if (ctx.transaction) ctx.transaction.afterCommit.push(hook);
    else void this.runAfterCommit([hook]);
  }

  // On pg's own client, without a TypeORM query runner to make and release for each statement.
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

  /** TypeORM's pool; there is none before it is connected. */
  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  private open(ctx: TransactionContext): Transaction {
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
