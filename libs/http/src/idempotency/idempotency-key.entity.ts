import { OwnerId } from '@waybill/database';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The first response to a request with an idempotency key. Repeats of the request receive it until it expires. */
@Entity('idempotency_keys')
export class IdempotencyKeyEntity {
  @OwnerId({ retainsOwner: false })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'idempotency_keys_pkey' })
  ownerId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'idempotency_keys_pkey' })
  key!: string;

  @Column('text')
  method!: string;

  /** Path and query string. */
  @Column('text')
  target!: string;

  /** SHA-256 of the body as canonical JSON. */
  @Column('bytea')
  bodyHash!: Buffer;

  @Column('smallint')
  status!: number;

  @Column('jsonb')
  headers!: Record<string, string>;

  /** The exact text of the body; null if the response had none. */
  @Column('text', { nullable: true })
  body!: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  @Index('idempotency_keys_created_at_idx')
  createdAt!: Date;
}
