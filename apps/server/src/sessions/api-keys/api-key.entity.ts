import type { Scope } from '@waybill/core';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/**
 * API key of a program or an administrator. Stores only a SHA-256 of the key, and its first characters to identify it.
 */
@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'api_keys_pkey' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  prefix!: string;

  @Column('bytea', { name: 'key_hash' })
  @Index('api_keys_key_hash_key', { unique: true })
  keyHash!: Buffer;

  @Column('text', { array: true })
  scopes!: Scope[];

  @Column('uuid', { name: 'owner_id' })
  ownerId!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** The user whom the key goes back to, directly or through other keys; null if it goes back to the bootstrap key. */
  @Column('uuid', { name: 'created_by_user_id', nullable: true })
  @ForeignKey('UserEntity', { name: 'api_keys_created_by_user_id_fkey' })
  @Index('api_keys_created_by_user_id_idx')
  createdByUserId!: string | null;

  /** The key that created it; null if a signed-in user did. */
  @Column('uuid', { name: 'created_by_key_id', nullable: true })
  @ForeignKey('ApiKeyEntity', { name: 'api_keys_created_by_key_id_fkey' })
  createdByKeyId!: string | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  /** Accurate to the minute. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  /** The key that replaced it in a rotation. */
  @Column('uuid', { name: 'replaced_by_id', nullable: true })
  replacedById!: string | null;
}
