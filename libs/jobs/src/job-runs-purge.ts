import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { WorkContext } from '@waybill/database';
import { inBatches } from './batches';
import type { JobDefinition } from './job';
import { JobHandlers } from './job-handlers';
import { JobRunsRepository } from './job-runs.repository';

const NAME = 'purge-job-runs';
const BATCH = 1_000;

/** The job that keeps the history of runs from growing for ever. */
export const jobRunsPurge = ({ jobs }: Config): JobDefinition => ({
  name: NAME,
  description: `Forget runs of jobs that are older than ${jobs.runsKeepDays} days.`,
  everySeconds: jobs.purgeSeconds,
  timeoutSeconds: 300,
});

@Injectable()
export class JobRunsPurge implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly handlers: JobHandlers,
    private readonly runs: JobRunsRepository,
  ) {}

  onModuleInit(): void {
    const ctx = new WorkContext();
    const { runsKeepDays } = this.config.jobs;
    this.handlers.register(NAME, async (signal) => ({
      deleted: await inBatches(signal, BATCH, (count) => this.runs.deleteOlderThan(ctx, runsKeepDays, count)),
    }));
  }
}
