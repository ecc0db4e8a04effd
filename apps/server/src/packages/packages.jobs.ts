import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type JobResult, ScheduledJob } from '@waybill/jobs';
import type { JobPayloads } from '@waybill/queue';
import type { Job } from 'bullmq';
import { PackagePrices } from './package-prices.service';
import { RegistrationsSweeper } from './registrations-sweeper.service';
import { RegistrationsService } from './registrations.service';

/** Processes registrations. On start, requeues the registrations that an earlier worker left pending. */
@Processor('registrations')
export class RegistrationsProcessor extends WorkerHost implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly registrations: RegistrationsService,
    private readonly sweeper: RegistrationsSweeper,
  ) {
    super();
  }

  override process(job: Job<JobPayloads['registrations']>): Promise<void> {
    return this.registrations.process(job.data.registrationId);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.sweeper.sweepAll(this.stopping.signal);
  }

  onModuleDestroy(): void {
    this.stopping.abort();
  }
}

/** Scheduled jobs of packages. */
@Injectable()
export class PackagesScheduledJobs {
  constructor(
    private readonly prices: PackagePrices,
    private readonly sweeper: RegistrationsSweeper,
  ) {}

  @ScheduledJob({
    name: 'price-pending',
    description: 'Price unpriced packages at the rates of the days on which they were registered.',
    cron: '*/5 * * * *',
    timeoutSeconds: 600,
  })
  pricePending(signal: AbortSignal): Promise<JobResult> {
    return this.prices.priceUnpriced(signal);
  }

  @ScheduledJob({
    name: 'sweep-registrations',
    description: 'Requeue pending registrations whose jobs may be lost.',
    cron: '*/10 * * * * *',
    timeoutSeconds: 60,
  })
  async sweepRegistrations(signal: AbortSignal): Promise<JobResult> {
    return { requeued: await this.sweeper.sweep(signal) };
  }

  @ScheduledJob({
    name: 'purge-registrations',
    description: 'Delete registrations that finished more than 30 days ago. Their packages stay.',
    cron: '0 * * * *',
    timeoutSeconds: 300,
  })
  async purgeRegistrations(signal: AbortSignal): Promise<JobResult> {
    return { deleted: await this.sweeper.purge(signal) };
  }
}
