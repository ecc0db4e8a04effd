import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CONFIG, type Config } from '@waybill/config';
import { CronJob } from 'cron';
import { JobCatalog } from './job-catalog';
import { JobRunner } from './job-runner';

const POLL = 'job-runs';

/**
 * Registers every job with @nestjs/schedule as a cron job that checks for due runs. PostgreSQL's clock decides what is
 * due, so a cron job that fires early finds nothing. A slow poll finds that run later, and also requested runs whose
 * notification was lost.
 */
@Injectable()
export class JobScheduler implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly catalog: JobCatalog,
    private readonly runner: JobRunner,
    private readonly scheduler: SchedulerRegistry,
  ) {}

  onApplicationBootstrap(): void {
    const look = (): void => void this.runner.look();
    for (const { definition } of this.catalog.jobs) {
      const { name, cron, timeZone } = definition;
      if (cron === null) continue;
      this.scheduler.addCronJob(name, CronJob.from({ cronTime: cron, onTick: look, timeZone, start: true }));
    }
    this.scheduler.addInterval(POLL, setInterval(look, this.config.jobs.pollMs));
    look();
  }
}

/** Checks for due runs at once when an administrator requests one. */
@Processor('jobs')
export class JobsProcessor extends WorkerHost {
  constructor(private readonly runner: JobRunner) {
    super();
  }

  override process(): Promise<void> {
    return this.runner.look();
  }
}
