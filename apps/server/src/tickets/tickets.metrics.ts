import { Injectable, type OnModuleInit } from '@nestjs/common';
import { TransactionContext } from '@waybill/core';
import { registerScrapedGauge } from '@waybill/observability';
import { Histogram, register } from 'prom-client';
import { statuses, type TicketRow } from './ticket.entity';
import { TicketsRepository } from './tickets.repository';

const FIRST_ANSWER = 'waybill_ticket_first_answer_seconds';
const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];

// A second application in the same process (a test) shares the default registry.
const firstAnswers =
  (register.getSingleMetric(FIRST_ANSWER) as Histogram | undefined) ??
  new Histogram({
    name: FIRST_ANSWER,
    help: 'Time from the opening of a ticket to its first answer.',
    buckets: [
      ...[5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR],
      ...[DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY],
    ],
  });

/** Records the first answer of a ticket that just became `answered`. */
export function observeFirstAnswer({ createdAt, statusSince }: TicketRow): void {
  firstAnswers.observe((statusSince.getTime() - createdAt.getTime()) / 1_000);
}

/** Registers the gauge of tickets by status. */
@Injectable()
export class TicketsMetrics implements OnModuleInit {
  constructor(private readonly tickets: TicketsRepository) {}

  onModuleInit(): void {
    registerScrapedGauge(
      {
        name: 'waybill_tickets',
        help: 'Tickets in the whole fleet, by status. A count stops at 1,000,000.',
        labelNames: ['status'],
      },
      async () => {
        const counts = await this.tickets.countByStatus(new TransactionContext(), 1_000_000);
        return statuses.map((status) => ({ labels: { status }, value: counts.get(status) ?? 0 }));
      },
    );
  }
}
