import { OwnerId } from '@waybill/database';
import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { OrderSource } from './order.entity';

/** Outcome of a message. */
export const inboxOutcomes = ['stored', 'repeated', 'rejected'] as const;
export type InboxOutcome = (typeof inboxOutcomes)[number];

/** A message that was processed. The table is append-only: a trigger refuses updates and deletes. */
@Entity('order_inbox')
@Index('order_inbox_received_at_idx', ['receivedAt'])
@Check('order_inbox_outcome_check', "outcome IN ('stored', 'repeated', 'rejected')")
@Check('order_inbox_source_check', "source IN ('stream', 'api', 'redrive')")
@Check(
  'order_inbox_document_check',
  "(document IS NOT NULL) = (outcome = 'stored') AND (order_uid IS NOT NULL OR outcome = 'rejected')",
)
export class InboxEntryEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'order_inbox_pkey',
  })
  position!: string;

  @Column('timestamptz', { default: () => 'now()' })
  receivedAt!: Date;

  @Column('text')
  source!: OrderSource;

  /** SHA-256 of the message's bytes. */
  @Column('bytea')
  digest!: Buffer;

  @Column('text')
  outcome!: InboxOutcome;

  @Column('text', { nullable: true })
  orderUid!: string | null;

  /** Owner that placed the order with `POST /orders`. */
  @OwnerId({ retainsOwner: false })
  @Column('uuid', { nullable: true })
  ownerId!: string | null;

  /** The original text of a stored order. Rejected messages become dead letters. */
  @Column('text', { nullable: true })
  document!: string | null;
}
