import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { registerScrapedGauge } from '@waybill/observability';
import { RegistrationsRepository } from './registrations.repository';

/** Registers the metrics of the registration backlog. */
@Injectable()
export class RegistrationsMetrics implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly registrations: RegistrationsRepository,
  ) {}

  onModuleInit(): void {
    const { pendingLimit } = this.config.registrations;
    registerScrapedGauge(
      { name: 'waybill_registrations_pending', help: 'Pending registrations in the whole fleet.' },
      async () => [{ value: await this.registrations.countPending(new TransactionContext(), pendingLimit) }],
    );
    registerScrapedGauge(
      {
        name: 'waybill_registrations_oldest_pending_seconds',
        help: 'Age of the oldest pending registration; 0 if none is pending.',
      },
      async () => [
        { value: await this.registrations.oldestPendingSeconds(new TransactionContext(), pendingLimit) },
      ],
    );
  }
}
