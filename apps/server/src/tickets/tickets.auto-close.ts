import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '@waybill/audit';
import { CONFIG, type Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { Database } from '@waybill/database';
import { inBatches } from '@waybill/jobs';
import { SYSTEM } from './tickets.caller';
import { TicketsRepository } from './tickets.repository';

const BATCH = 100;

/** Closes answered tickets to which the customer does not reply. */
@Injectable()
export class TicketsAutoClose {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly tickets: TicketsRepository,
    private readonly audit: AuditService,
  ) {}

  /** Closes tickets that have been `answered` for TICKETS_AUTO_CLOSE_DAYS. @returns how many. */
  close(signal: AbortSignal): Promise<number> {
    return inBatches(signal, BATCH, (count) => this.closeBatch(count));
  }

  private async closeBatch(count: number): Promise<number> {
    const ctx = new TransactionContext();
    return this.database.transaction(ctx, async () => {
      const overdue = await this.tickets.lockAnsweredFor(ctx, this.config.tickets.autoCloseDays, count);
      const changes = { status: 'closed' } as const;
      for (const ticket of overdue) {
        const event = { type: 'closed_automatically', isPublic: true, changes } as const;
        await this.tickets.change(ctx, ticket, { ...SYSTEM, ...event });
        await this.audit.record(ctx, {
          action: 'ticket.closed_automatically',
          target: { kind: 'ticket', id: ticket.id },
          changes: { status: { from: ticket.status, to: 'closed' } },
        });
      }
      return overdue.length;
    });
  }
}
