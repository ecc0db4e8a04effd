import { OwnerId } from '@waybill/database';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A caller identified by a cookie. Stores only a SHA-256 of the token. */
@Entity('sessions')
@Index('sessions_expires_at_idx', ['expiresAt'])
@Index('sessions_user_id_id_idx', ['userId', 'id'])
export class SessionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_pkey' })
  id!: string;

  @Column('bytea')
  @Index('sessions_token_hash_key', { unique: true })
  tokenHash!: Buffer;

  @OwnerId({ retainsOwner: false })
  @Column('uuid')
  ownerId!: string;

  /** The signed-in user; null for a customer. */
  @Column('uuid', { nullable: true })
  @ForeignKey('UserEntity', { name: 'sessions_user_id_fkey' })
  userId!: string | null;

  /** The `User-Agent` that created the session. */
  @Column('text', { nullable: true })
  device!: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz')
  expiresAt!: Date;

  /** Accurate to a minute. */
  @Column('timestamptz', { default: () => 'now()' })
  lastUsedAt!: Date;
}
