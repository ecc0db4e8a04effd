import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CONFIG, type Config } from '@waybill/config';
import { JobHandlers } from './job-handlers';
import { JobRunner } from './job-runner';

const TICK = 'jobs';

/** Looks for due jobs at every tick. When that is decides nothing: the slot comes from PostgreSQL's clock. */
@Injectable()
export class JobsTicker implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly handlers: JobHandlers,
    private readonly runner: JobRunner,
    private readonly scheduler: SchedulerRegistry,
  ) {}

  /** @throws Error for a job that has no handler. */
  onApplicationBootstrap(): void {
    this.handlers.assertComplete();
    const tick = setInterval(() => void this.runner.look(), this.config.jobs.tickMs);
    this.scheduler.addInterval(TICK, tick);
    void this.runner.look();
  }
}

/** Looks at once when somebody asked for a run. */
@Processor('jobs')
export class JobsProcessor extends WorkerHost {
  constructor(private readonly runner: JobRunner) {
    super();
  }

  override process(): Promise<void> {
    return this.runner.look();
  }
}
