import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { RejectionReason } from '../ingest/rejection';

/** `open` until the message is stored by a redrive, or discarded. */
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

  /** SHA-256 of the message's bytes as they came. */
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

  /** The message's bytes as they came, or the first 64 KiB of a message that is too large. */
  @Column('bytea')
  message!: Buffer;

  /** Size of the message in bytes, as it came. */
  @Column('integer')
  size!: number;

  /** The message as staff corrected it. A redrive uses this one if it is set. */
  @Column('text', { nullable: true })
  correction!: string | null;

  /** How often the message came. A redelivery after a crash counts too. */
  @Column('integer', { default: 1 })
  received!: number;

  /** Redrives that failed. */
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
