import { Inject, Injectable } from '@nestjs/common';
import { AuditPartitions } from '@waybill/audit';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { type Refreshed, RatesService, RatesUnavailableError } from '@waybill/currency-rate';
import { IdempotencyKeysPurge } from '@waybill/http';
import { inBatches, JobFailedError, type JobResult, ScheduledJob } from '@waybill/jobs';
import { REFRESH_RATES } from './rates-job';

const PURGE_BATCH = 1_000;

/** Scheduled jobs of the libs, and those that need several modules. */
@Injectable()
export class AdminScheduledJobs {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly audit: AuditPartitions,
    private readonly rates: RatesService,
    private readonly keys: IdempotencyKeysPurge,
  ) {}

  @ScheduledJob({
    name: REFRESH_RATES,
    description: 'Fetch the newest list of rates from the Bank of Russia.',
    cron: '0 * * * *',
    timeoutSeconds: 180,
  })
  refreshRates(): Promise<JobResult> {
    return this.resultOf(() => this.rates.refresh());
  }

  // The bank publishes the next day's list on weekdays between about 11:30 and 15:30, sometimes later.
  @ScheduledJob({
    name: 'refresh-rates-after-publication',
    description: 'Fetch the next list of rates from the Bank of Russia, unless it is stored already.',
    cron: '*/10 11-17 * * 1-5',
    timeZone: 'Europe/Moscow',
    timeoutSeconds: 180,
  })
  refreshRatesAfterPublication(): Promise<JobResult> {
    return this.resultOf(() => this.rates.refreshUnlessTomorrowIsKnown());
  }

  @ScheduledJob({
    name: 'purge-idempotency-keys',
    description: 'Delete idempotency keys older than 24 hours.',
    cron: '0 * * * *',
    timeoutSeconds: 300,
  })
  async purgeIdempotencyKeys(signal: AbortSignal): Promise<JobResult> {
    const deleted = await inBatches(signal, PURGE_BATCH, (count) =>
      this.keys.deleteExpired(new TransactionContext(), count),
    );
    return { deleted };
  }

  @ScheduledJob({
    name: 'purge-audit-log',
    description:
      'Create the next partitions of the audit log, and drop those older than AUDIT_RETENTION_MONTHS.',
    cron: '0 * * * *',
    timeoutSeconds: 60,
  })
  async purgeAuditLog(): Promise<JobResult> {
    const dropped = await this.audit.dropExpired(new TransactionContext(), this.config.audit.retentionMonths);
    return { dropped: dropped.join(', ') };
  }

  private async resultOf(refresh: () => Promise<Refreshed | undefined>): Promise<JobResult> {
    try {
      const refreshed = await refresh();
      if (!refreshed) return { skipped: true };
      const { source, effectiveDate, currencies } = refreshed;
      return { source, effective_date: effectiveDate, currencies };
    } catch (error) {
      // While offline, the rates log a single warning that the snapshot prices packages.
      if (error instanceof RatesUnavailableError)
        throw new JobFailedError(error.message, !this.config.rates.snapshot);
      throw error;
    }
  }
}
