import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type JobResult, ScheduledJob } from '@waybill/jobs';
import type { JobPayloads } from '@waybill/queue';
import type { Job } from 'bullmq';
import { ImportRunner } from './import-runner.service';
import { ImportsSweeper } from './imports-sweeper.service';

/** Each import uses a PostgreSQL connection and much of a CPU core. */
const CONCURRENCY = 2;

/** Processes imports. On start, requeues the imports that an earlier worker left unfinished. */
@Processor('imports', { concurrency: CONCURRENCY })
export class ImportsProcessor extends WorkerHost implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly runner: ImportRunner,
    private readonly sweeper: ImportsSweeper,
  ) {
    super();
  }

  override process(job: Job<JobPayloads['imports']>): Promise<void> {
    return this.runner.run(job.data.importId, this.stopping.signal);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.sweeper.sweepAll();
  }

  /** Stops each running import after its current chunk. */
  onModuleDestroy(): void {
    this.stopping.abort();
  }
}

/** Scheduled jobs of imports. */
@Injectable()
export class ImportsScheduledJobs {
  constructor(private readonly sweeper: ImportsSweeper) {}

  @ScheduledJob({
    name: 'sweep-imports',
    description: 'Requeue imports that make no progress, and delete abandoned uploads.',
    cron: '*/10 * * * * *',
    timeoutSeconds: 60,
  })
  async sweep(signal: AbortSignal): Promise<JobResult> {
    return {
      requeued: await this.sweeper.sweep(),
      abandoned: await this.sweeper.deleteAbandoned(signal),
    };
  }

  @ScheduledJob({
    name: 'purge-imports',
    description:
      'Delete imports that finished more than IMPORTS_KEEP_DAYS ago, with their errors. The items stay.',
    cron: '30 * * * *',
    timeoutSeconds: 300,
  })
  async purge(signal: AbortSignal): Promise<JobResult> {
    return { deleted: await this.sweeper.purge(signal) };
  }
}
