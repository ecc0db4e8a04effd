import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { inBatches } from './batches';
import type { JobResult } from './job';
import { JobRunsRepository } from './job-runs.repository';
import { ScheduledJob } from './scheduled-job';

const BATCH = 1_000;

/** Deletes old runs, so that their history stays bounded. */
@Injectable()
export class JobRunsPurge {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly runs: JobRunsRepository,
  ) {}

  @ScheduledJob({
    name: 'purge-job-runs',
    description: 'Delete job runs older than JOB_RUNS_KEEP_DAYS.',
    cron: '0 * * * *',
    timeoutSeconds: 300,
  })
  async purge(signal: AbortSignal): Promise<JobResult> {
    const { runsKeepDays } = this.config.jobs;
    const deleted = await inBatches(signal, BATCH, (count) =>
      this.runs.deleteOlderThan(new TransactionContext(), runsKeepDays, count),
    );
    return { deleted };
  }
}
