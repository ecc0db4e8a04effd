import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { OnApplicationBootstrap } from '@nestjs/common';
import type { JobPayloads } from '@waybill/queue';
import type { Job } from 'bullmq';
import { RegistrationsService } from './registrations.service';

/** Makes packages of registrations, and sweeps up at its start what an earlier worker left. */
@Processor('registrations')
export class RegistrationsProcessor extends WorkerHost implements OnApplicationBootstrap {
  constructor(private readonly registrations: RegistrationsService) {
    super();
  }

  override process(job: Job<JobPayloads['registrations']>): Promise<void> {
    return this.registrations.process(job.data.registrationId);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.registrations.sweep();
  }
}
