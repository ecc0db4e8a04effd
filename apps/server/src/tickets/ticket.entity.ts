import { OwnerId } from '@waybill/database';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

export const statuses = ['open', 'answered', 'awaiting_reply', 'closed'] as const;
export type TicketStatus = (typeof statuses)[number];

/** The state machine: the statuses that may follow each status. ADR 0028 explains it. */
export const transitions: Readonly<Record<TicketStatus, readonly TicketStatus[]>> = {
  open: ['answered', 'closed'],
  answered: ['awaiting_reply', 'closed'],
  awaiting_reply: ['answered', 'closed'],
  closed: [],
};

export const priorities = ['low', 'normal', 'high', 'urgent'] as const;
export type TicketPriority = (typeof priorities)[number];

/**
 * A support request. `priority`, `tags`, `assigneeId`, `updatedAt` and `revision` are for staff only: they change with
 * internal activity, which customers must not notice.
 */
@Entity('tickets')
@Unique('tickets_follow_up_of_id_key', ['followUpOfId'])
@Index('tickets_created_at_id_idx', ['createdAt', 'id'])
@Index('tickets_updated_at_id_idx', ['updatedAt', 'id'])
@Index('tickets_owner_id_created_at_id_idx', ['ownerId', 'createdAt', 'id'])
@Index('tickets_owner_id_public_updated_at_id_idx', ['ownerId', 'publicUpdatedAt', 'id'])
@Index('tickets_status_created_at_id_idx', ['status', 'createdAt', 'id'])
@Index('tickets_status_updated_at_id_idx', ['status', 'updatedAt', 'id'])
@Index('tickets_assignee_id_updated_at_id_idx', ['assigneeId', 'updatedAt', 'id'])
@Index('tickets_priority_updated_at_id_idx', ['priority', 'updatedAt', 'id'])
@Index('tickets_email_idx', ['email'])
@Index('tickets_package_id_idx', ['packageId'], { where: 'package_id IS NOT NULL' })
@Index('tickets_order_uid_idx', ['orderUid'], { where: 'order_uid IS NOT NULL' })
@Index('tickets_tags_idx', ['tags'], { type: 'gin' })
@Index('tickets_document_idx', ['document'], { type: 'gin' })
@Index('tickets_answered_idx', ['statusSince'], { where: "status = 'answered'" })
@Check('tickets_status_check', "status IN ('open', 'answered', 'awaiting_reply', 'closed')")
@Check('tickets_priority_check', "priority IN ('low', 'normal', 'high', 'urgent')")
@Check('tickets_follow_up_id_check', "follow_up_id IS NULL OR status = 'closed'")
export class TicketEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'tickets_pkey' })
  id!: string;

  @OwnerId({ retainsOwner: true })
  @Column('uuid')
  ownerId!: string;

  @Column('text')
  status!: TicketStatus;

  @Column('text')
  subject!: string;

  @Column('text')
  text!: string;

  @Column('text')
  email!: string;

  @Column('integer', { nullable: true })
  @ForeignKey('PackageEntity', { name: 'tickets_package_id_fkey' })
  packageId!: number | null;

  @Column('text', { nullable: true })
  orderUid!: string | null;

  /** The closed ticket that this one continues. */
  @Column('uuid', { nullable: true })
  @ForeignKey(() => TicketEntity, { name: 'tickets_follow_up_of_id_fkey' })
  followUpOfId!: string | null;

  /** The ticket that continues this one. */
  @Column('uuid', { nullable: true })
  @ForeignKey(() => TicketEntity, { name: 'tickets_follow_up_id_fkey' })
  followUpId!: string | null;

  @Column('text', { default: 'normal' })
  priority!: TicketPriority;

  @Column('text', { array: true, default: '{}' })
  tags!: string[];

  @Column('uuid', { nullable: true })
  @ForeignKey('UserEntity', { name: 'tickets_assignee_id_fkey' })
  assigneeId!: string | null;

  // Times have millisecond precision, as in JavaScript, so that a cursor and `as_of` contain them exactly.
  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  updatedAt!: Date;

  /** Time of the last change that the customer sees. */
  @Column({ type: 'timestamptz', precision: 3 })
  publicUpdatedAt!: Date;

  /** Time of the last change of the status. */
  @Column({ type: 'timestamptz', precision: 3 })
  statusSince!: Date;

  /** Number of changes. */
  @Column('integer', { default: 1 })
  revision!: number;

  /** Number of changes that the customer sees. */
  @Column('integer', { default: 1 })
  publicRevision!: number;

  /** Words of the subject and the text, for the search. */
  @Column('tsvector', { select: false })
  document!: string;
}

/** A ticket without its search document. */
export type TicketRow = Omit<TicketEntity, 'document'>;
