import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { TicketPriority, TicketStatus } from './ticket.entity';

export const eventTypes = ['opened', 'commented', 'transitioned', 'edited', 'closed_automatically'] as const;
export type TicketEventType = (typeof eventTypes)[number];

export const authors = ['customer', 'staff', 'system'] as const;

/** The kind of author of a change or a comment. */
export type Author = (typeof authors)[number];

/** The fields of a ticket that can change. */
export interface ChangeableFields {
  status: TicketStatus;
  subject: string;
  text: string;
  priority: TicketPriority;
  tags: string[];
  assigneeId: string | null;
}

/** Changed fields. `from` is omitted for `text`, and for every field of a new ticket. */
export type RecordedChanges = {
  [Field in keyof ChangeableFields]?: { from?: ChangeableFields[Field]; to: ChangeableFields[Field] };
};

/** One change to a ticket. Append-only: the ticket at any time can be rebuilt from its events. */
@Entity('ticket_events')
@Unique('ticket_events_ticket_id_public_revision_key', ['ticketId', 'publicRevision'])
@Check(
  'ticket_events_type_check',
  "type IN ('opened', 'commented', 'transitioned', 'edited', 'closed_automatically')",
)
@Check('ticket_events_author_check', "author IN ('customer', 'staff', 'system')")
export class TicketEventEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ticket_events_pkey' })
  @ForeignKey('TicketEntity', { name: 'ticket_events_ticket_id_fkey' })
  ticketId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'ticket_events_pkey' })
  revision!: number;

  /** Numbers the events that the customer sees, without gaps that would reveal internal events. Null for those. */
  @Column('integer', { nullable: true })
  publicRevision!: number | null;

  @Column('text')
  type!: TicketEventType;

  @Column('text')
  author!: Author;

  @Column('uuid', { nullable: true })
  userId!: string | null;

  @Column('uuid', { nullable: true })
  apiKeyId!: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  @Column('jsonb')
  changes!: RecordedChanges;

  @Column('uuid', { nullable: true })
  commentId!: string | null;
}
