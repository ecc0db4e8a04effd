import type { Scope } from '@waybill/core';
import { OwnerId } from '@waybill/database';
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

  @Column('bytea')
  @Index('api_keys_key_hash_key', { unique: true })
  keyHash!: Buffer;

  @Column('text', { array: true })
  scopes!: Scope[];

  @OwnerId({ retainsOwner: false })
  @Column('uuid')
  ownerId!: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  /** User who created the key, directly or through other keys; null if the bootstrap key did. */
  @Column('uuid', { nullable: true })
  @ForeignKey('UserEntity', { name: 'api_keys_created_by_user_id_fkey' })
  @Index('api_keys_created_by_user_id_idx')
  createdByUserId!: string | null;

  /** API key that created the key; null if a signed-in user did. */
  @Column('uuid', { nullable: true })
  @ForeignKey('ApiKeyEntity', { name: 'api_keys_created_by_key_id_fkey' })
  createdByKeyId!: string | null;

  @Column('timestamptz', { nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  revokedAt!: Date | null;

  /** Accurate to a minute. */
  @Column('timestamptz', { nullable: true })
  lastUsedAt!: Date | null;

  /** Key that replaced this one by rotation. */
  @Column('uuid', { nullable: true })
  replacedById!: string | null;
}
