import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { RejectionReason } from '../ingest/rejection';

/** A dead letter is `open` until a redrive stores the message, or staff discard it. */
export const deadLetterStates = ['open', 'redriven', 'discarded'] as const;
export type DeadLetterState = (typeof deadLetterStates)[number];

/** A message that could not be stored. Equal messages share one row. */
@Entity('order_dead_letters')
@Unique('order_dead_letters_digest_key', ['digest'])
@Index('order_dead_letters_state_id_idx', ['state', 'id'])
@Index('order_dead_letters_reason_id_idx', ['reason', 'id'])
@Check('order_dead_letters_state_check', "state IN ('open', 'redriven', 'discarded')")
export class DeadLetterEntity {
  /** UUIDv7. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'order_dead_letters_pkey' })
  id!: string;

  /** SHA-256 of the original message. */
  @Column('bytea')
  digest!: Buffer;

  @Column('text', { default: 'open' })
  state!: DeadLetterState;

  /** Why the last attempt failed. */
  @Column('text')
  reason!: RejectionReason;

  @Column('text')
  detail!: string;

  /** JSON pointer to the first invalid field. */
  @Column('text', { nullable: true })
  pointer!: string | null;

  @Column('text', { nullable: true })
  orderUid!: string | null;

  /** The original bytes of the message, or the first 64 KiB of a message that is too large. */
  @Column('bytea')
  message!: Buffer;

  /** Size of the original message in bytes. */
  @Column('integer')
  size!: number;

  /** The corrected message. If it is set, a redrive uses it instead of the original. */
  @Column('text', { nullable: true })
  correction!: string | null;

  /** How often the message was received. A redelivery after a crash counts too. */
  @Column('integer', { default: 1 })
  received!: number;

  /** Number of failed redrives. */
  @Column('integer', { default: 0 })
  failedRedrives!: number;

  @Column('text', { nullable: true })
  discardReason!: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  lastReceivedAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;
}
