import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, WorkContext } from '@waybill/database';
import { AuditService } from './audit.service';

const MONTHS_AHEAD = 3;

/** Makes the log's monthly partitions ahead of their time, and drops those whose retention is over. */
@Injectable()
export class AuditPartitions implements OnApplicationBootstrap {
  private readonly logger = new Logger(AuditPartitions.name);

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  /** A process that can't make partitions still starts: the default one takes what has none of its own. */
  async onApplicationBootstrap(): Promise<void> {
    await this.makeAhead(new WorkContext()).catch((error: Error) =>
      this.logger.warn(`No partitions were made for the audit log: ${error.message}`),
    );
  }

  /** Makes the partitions of this month and the next three, and of every month that the default one holds entries of. */
  async makeAhead(ctx: WorkContext): Promise<void> {
    for (const month of await this.monthsWithout(ctx))
      await this.database.query(ctx, `SELECT audit_log_add_partition($1)`, [month]);
  }

  /**
   * Drops the partitions that ended `keepMonths` months ago or earlier, and records that.
   * @returns the names of those it dropped.
   */
  async dropExpired(ctx: WorkContext, keepMonths: number): Promise<string[]> {
    return this.database.transaction(ctx, async () => {
      await this.makeAhead(ctx);
      const expired = await this.expired(ctx, keepMonths);
      for (const name of expired) {
        await this.database.query(ctx, `DROP TABLE "${name}"`);
        await this.audit.record(ctx, {
          action: 'audit_log.partition_dropped',
          target: { kind: 'audit_log_partition', id: name },
          actor: { kind: 'system' },
        });
      }
      return expired;
    });
  }

  private async monthsWithout(ctx: WorkContext): Promise<string[]> {
    const rows = await this.database.query<{ month: string }>(
      ctx,
      `SELECT month::text FROM (
         SELECT date_trunc('month', now() AT TIME ZONE 'UTC' + ahead * interval '1 month')::date AS month
         FROM generate_series(0, $1::int) AS ahead
         UNION SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC')::date FROM audit_log_default
       ) AS months WHERE to_regclass('audit_log_' || to_char(month, 'YYYY_MM')) IS NULL ORDER BY month`,
      [MONTHS_AHEAD],
    );
    return rows.map(({ month }) => month);
  }

  private async expired(ctx: WorkContext, keepMonths: number): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      ctx,
      `SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
       WHERE inhparent = 'audit_log'::regclass AND relname ~ '^audit_log_[0-9]{4}_[0-9]{2}$'
         AND relname < 'audit_log_' || to_char(now() AT TIME ZONE 'UTC' - $1 * interval '1 month', 'YYYY_MM')
       ORDER BY relname`,
      [keepMonths],
    );
    return rows.map(({ name }) => name);
  }
}
