import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { TransactionContext } from '@waybill/core';
import { computed, Database, statement, value } from '@waybill/database';
import { QueryFailedError } from 'typeorm';
import { AuditService } from './audit.service';

const MONTHS_AHEAD = 3;
const LOCK_NOT_AVAILABLE = '55P03';
const MONTH = computed({ month: value.text('month') });
const NAME = computed({ name: value.text('relname') });

/** The action that is recorded when an old partition is dropped. */
export const AUDIT_PARTITION_DROPPED = 'audit_log.partition_dropped';

// SQL: TypeORM does not support partitions, and months follow the database's clock.
/** Creates the log's monthly partitions in advance and drops those past their retention. */
@Injectable()
export class AuditPartitions implements OnApplicationBootstrap {
  private readonly logger = new Logger(AuditPartitions.name);

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  /**
   * The process starts even if this fails: the default partition stores entries that have no partition of their own.
   */
  async onApplicationBootstrap(): Promise<void> {
    await this.createAhead(new TransactionContext()).catch((error: Error) =>
      this.logger.warn(`could not create audit log partitions: ${error.message}`),
    );
  }

  /**
   * Creates the partitions for this month, for the next three, and for every month that has entries in the default
   * partition. Skips a partition that a long-running read blocks; the next run retries it.
   */
  async createAhead(ctx: TransactionContext): Promise<void> {
    for (const month of await this.monthsWithout(ctx))
      await this.skipIfLocked(ctx, `partition for ${month} not created`, () =>
        this.database.execute(ctx, `SELECT audit_log_add_partition($1)`, [month]),
      );
  }

  /**
   * Drops the partitions that ended `keepMonths` months ago or earlier, and records each drop. Skips a partition that a
   * long-running read blocks; the next run retries it.
   * @returns the names of the dropped partitions.
   */
  async dropExpired(ctx: TransactionContext, keepMonths: number): Promise<string[]> {
    await this.createAhead(ctx);
    const dropped: string[] = [];
    for (const name of await this.expired(ctx, keepMonths)) {
      const isDone = await this.skipIfLocked(ctx, `${name} not dropped`, () => this.drop(ctx, name));
      if (isDone) dropped.push(name);
    }
    return dropped;
  }

  private async drop(ctx: TransactionContext, name: string): Promise<void> {
    await this.database.execute(ctx, `DROP TABLE "${name}"`);
    await this.audit.record(ctx, {
      action: AUDIT_PARTITION_DROPPED,
      target: { kind: 'audit_log_partition', id: name },
      actor: { kind: 'system' },
    });
  }

  /**
   * Runs `work` in its own transaction with a short lock timeout: every write to the log queues behind this lock.
   * @returns whether `work` ran.
   */
  private async skipIfLocked(
    ctx: TransactionContext,
    otherwise: string,
    work: () => Promise<unknown>,
  ): Promise<boolean> {
    try {
      await this.database.transaction(ctx, async () => {
        await this.database.execute(ctx, `SET LOCAL lock_timeout = '2s'`);
        await work();
      });
      return true;
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      this.logger.warn(`${otherwise}: the audit log is being read`);
      return false;
    }
  }

  private async monthsWithout(ctx: TransactionContext): Promise<string[]> {
    const rows = await this.database.rows(
      ctx,
      statement(
        MONTH,
        `SELECT ${MONTH} FROM (
         SELECT date_trunc('month', now() AT TIME ZONE 'UTC' + ahead * interval '1 month')::date AS month
         FROM generate_series(0, $1::int) AS ahead
         UNION SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC')::date FROM audit_log_default
       ) AS months WHERE to_regclass('audit_log_' || to_char(month, 'YYYY_MM')) IS NULL ORDER BY month`,
      ),
      [MONTHS_AHEAD],
    );
    return rows.map(({ month }) => month);
  }

  private async expired(ctx: TransactionContext, keepMonths: number): Promise<string[]> {
    const rows = await this.database.rows(
      ctx,
      statement(
        NAME,
        `SELECT ${NAME} FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
       WHERE inhparent = 'audit_log'::regclass AND relname ~ '^audit_log_[0-9]{4}_[0-9]{2}$'
         AND relname < 'audit_log_' || to_char(now() AT TIME ZONE 'UTC' - $1 * interval '1 month', 'YYYY_MM')
       ORDER BY relname`,
      ),
      [keepMonths],
    );
    return rows.map(({ name }) => name);
  }
}

const isLockTimeout = (error: unknown): boolean =>
  error instanceof QueryFailedError && (error.driverError as { code?: string }).code === LOCK_NOT_AVAILABLE;
