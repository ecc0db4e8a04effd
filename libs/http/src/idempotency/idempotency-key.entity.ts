import { OwnerId } from '@waybill/database';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The first reply to a request under an idempotency key, for as long as a repeat gets it. */
@Entity('idempotency_keys')
export class IdempotencyKeyEntity {
  @OwnerId({ retainsOwner: false })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'idempotency_keys_pkey' })
  ownerId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'idempotency_keys_pkey' })
  key!: string;

  @Column('text')
  method!: string;

  /** The path, and the query if there was one. */
  @Column('text')
  target!: string;

  /** SHA-256 of the body as canonical JSON. */
  @Column('bytea')
  bodyHash!: Buffer;

  @Column('smallint')
  status!: number;

  @Column('jsonb')
  headers!: Record<string, string>;

  /** As it was sent, to the byte; null where the reply had none. */
  @Column('text', { nullable: true })
  body!: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  @Index('idempotency_keys_created_at_idx')
  createdAt!: Date;
}
