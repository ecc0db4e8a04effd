import { Processor, WorkerHost } from '@nestjs/bullmq';
import {
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { JobHandlers } from '@waybill/jobs';
import type { JobPayloads } from '@waybill/queue';
import type { Job } from 'bullmq';
import { PackagePrices } from './package-prices.service';
import { RegistrationsSweeper } from './registrations-sweeper.service';
import { RegistrationsService } from './registrations.service';

/** Makes packages of registrations, and sweeps up at its start what an earlier worker left. */
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

/** What a worker does for the scheduled jobs of packages. */
@Injectable()
export class PackagesScheduledJobs implements OnModuleInit {
  constructor(
    private readonly handlers: JobHandlers,
    private readonly prices: PackagePrices,
    private readonly sweeper: RegistrationsSweeper,
  ) {}

  onModuleInit(): void {
    this.handlers.register('price-pending', (signal) => this.prices.priceUnpriced(signal));
    this.handlers.register('sweep-registrations', async (signal) => ({
      rung: await this.sweeper.sweep(signal),
    }));
    this.handlers.register('purge-registrations', async (signal) => ({
      deleted: await this.sweeper.purge(signal),
    }));
  }
}
