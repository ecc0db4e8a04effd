import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { TicketStatus } from './ticket.entity';
import type { Author } from './ticket-event.entity';

export const visibilities = ['public', 'internal'] as const;

/** Who may read a comment: everyone who may read the ticket, or staff only. */
export type Visibility = (typeof visibilities)[number];

/** A comment on a ticket. Comments never change. */
@Entity('ticket_comments')
@Index('ticket_comments_ticket_id_created_at_id_idx', ['ticketId', 'createdAt', 'id'])
@Index('ticket_comments_public_idx', ['ticketId', 'createdAt', 'id'], { where: "visibility = 'public'" })
@Index('ticket_comments_document_idx', ['document'], { type: 'gin' })
@Check('ticket_comments_visibility_check', "visibility IN ('public', 'internal')")
@Check('ticket_comments_author_check', "author IN ('customer', 'staff')")
export class TicketCommentEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ticket_comments_pkey' })
  id!: string;

  @Column('uuid')
  @ForeignKey('TicketEntity', { name: 'ticket_comments_ticket_id_fkey' })
  ticketId!: string;

  @Column('text')
  visibility!: Visibility;

  @Column('text')
  text!: string;

  /** The status that the comment gave the ticket. */
  @Column('text', { nullable: true })
  transition!: TicketStatus | null;

  @Column('text')
  author!: Author;

  @Column('uuid', { nullable: true })
  userId!: string | null;

  @Column('uuid', { nullable: true })
  apiKeyId!: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  /** Words of the text, for the search. */
  @Column('tsvector', { select: false })
  document!: string;
}

/** A comment without its search document. */
export type TicketCommentRow = Omit<TicketCommentEntity, 'document'>;
