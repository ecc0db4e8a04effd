import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A caller known by a cookie. Of the token only a SHA-256 is kept. */
@Entity('sessions')
@Index('sessions_expires_at_idx', ['expiresAt'])
export class SessionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_pkey' })
  id!: string;

  @Column('bytea', { name: 'token_hash' })
  @Index('sessions_token_hash_key', { unique: true })
  tokenHash!: Buffer;

  @Column('uuid', { name: 'owner_id' })
  ownerId!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
