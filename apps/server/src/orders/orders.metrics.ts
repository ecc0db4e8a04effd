import { Injectable, type OnModuleInit } from '@nestjs/common';
import { TransactionContext } from '@waybill/core';
import { registerScrapedGauge } from '@waybill/observability';
import { Counter, register } from 'prom-client';
import { DeadLettersRepository } from './dead-letters/dead-letters.repository';
import type { InboxOutcome } from './inbox-entry.entity';

const MESSAGES = 'waybill_order_messages_total';
const MAX_COUNT = 100_000;

// A second application in the same process (a test) shares the default registry.
const messages =
  (register.getSingleMetric(MESSAGES) as Counter | undefined) ??
  new Counter({ name: MESSAGES, help: 'Messages of the order stream, by outcome.', labelNames: ['outcome'] });

/** Counts messages that were committed. */
export function countMessages(outcomes: readonly InboxOutcome[]): void {
  for (const outcome of ['stored', 'repeated', 'rejected'] as const)
    messages.inc({ outcome }, outcomes.filter((one) => one === outcome).length);
}

/** Registers the gauge of open dead letters. */
@Injectable()
export class OrdersMetrics implements OnModuleInit {
  constructor(private readonly letters: DeadLettersRepository) {}

  onModuleInit(): void {
    registerScrapedGauge(
      {
        name: 'waybill_order_dead_letters_open',
        help: `Dead letters that are not stored or discarded yet. A count stops at ${MAX_COUNT}.`,
      },
      async () => [{ value: await this.letters.countOpen(new TransactionContext(), MAX_COUNT) }],
    );
  }
}
