import type { Schema } from '@waybill/database';
import { CreateTickets1763601600000 } from './migrations/1763601600000-create-tickets';
import { TicketCommentEntity } from './ticket-comment.entity';
import { TicketEntity } from './ticket.entity';
import { TicketEventEntity } from './ticket-event.entity';

/** The tables of this module. */
export const ticketsSchema: Schema = {
  entities: [TicketEntity, TicketCommentEntity, TicketEventEntity],
  migrations: [CreateTickets1763601600000],
};
