import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditPartitions } from '@waybill/audit';
import { CONFIG, type Config } from '@waybill/config';
import { type Refreshed, RatesService, RatesUnavailableError } from '@waybill/currency-rate';
import { WorkContext } from '@waybill/database';
import { IdempotencyKeysPurge } from '@waybill/http';
import { inBatches, JobFailedError, JobHandlers, type JobResult } from '@waybill/jobs';
import { PackageOwners } from '../packages';
import { SessionsPurge } from '../sessions';
import { REFRESH_RATES, REFRESH_RATES_AFTER_PUBLICATION } from './scheduled-jobs';

const PURGE_BATCH = 1_000;

/** What a worker does for the jobs that are no single module's own. */
@Injectable()
export class AdminScheduledJobs implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly handlers: JobHandlers,
    private readonly audit: AuditPartitions,
    private readonly rates: RatesService,
    private readonly sessions: SessionsPurge,
    private readonly keys: IdempotencyKeysPurge,
    private readonly packageOwners: PackageOwners,
  ) {}

  onModuleInit(): void {
    this.handlers.register(REFRESH_RATES, () => this.refreshed(() => this.rates.refresh()));
    this.handlers.register(REFRESH_RATES_AFTER_PUBLICATION, () =>
      this.refreshed(() => this.rates.refreshAfterPublication()),
    );
    this.handlers.register('purge-audit-log', async () => ({
      dropped: (await this.audit.dropExpired(new WorkContext(), this.config.audit.retentionMonths)).join(
        ', ',
      ),
    }));
    this.handlers.register('purge-idempotency-keys', async (signal) => ({
      deleted: await inBatches(signal, PURGE_BATCH, (count) =>
        this.keys.deleteExpired(new WorkContext(), count),
      ),
    }));
    this.handlers.register('purge-sessions', (signal) =>
      // Every module whose rows keep an owner id must be asked here, or its owners lose what they own.
      this.sessions.purge(signal, [(ownerIds) => this.packageOwners.among(ownerIds)]),
    );
  }

  private async refreshed(refresh: () => Promise<Refreshed | undefined>): Promise<JobResult> {
    try {
      const brought = await refresh();
      if (!brought) return { skipped: true };
      const { source, effectiveDate, currencies } = brought;
      return { source, effective_date: effectiveDate, currencies };
    } catch (error) {
      // Who tries Waybill out without a network is told by the rates themselves, once.
      if (error instanceof RatesUnavailableError)
        throw new JobFailedError(error.message, !this.config.rates.snapshot);
      throw error;
    }
  }
}
