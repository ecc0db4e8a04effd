import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A caller identified by a cookie. Stores only a SHA-256 of the token. */
@Entity('sessions')
@Index('sessions_expires_at_idx', ['expiresAt'])
@Index('sessions_user_id_id_idx', ['userId', 'id'])
export class SessionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_pkey' })
  id!: string;

  @Column('bytea', { name: 'token_hash' })
  @Index('sessions_token_hash_key', { unique: true })
  tokenHash!: Buffer;

  @Column('uuid', { name: 'owner_id' })
  ownerId!: string;

  /** The signed-in user; null for a customer. */
  @Column('uuid', { name: 'user_id', nullable: true })
  @ForeignKey('UserEntity', { name: 'sessions_user_id_fkey' })
  userId!: string | null;

  /** The `User-Agent` that created the session. */
  @Column('text', { nullable: true })
  device!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  /** Accurate to the minute. */
  @Column('timestamptz', { name: 'last_used_at', default: () => 'now()' })
  lastUsedAt!: Date;
}
