import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/**
 * A browser in which a user has signed in before. It grants no access: the sign-in throttle counts its attempts
 * separately.
 */
@Entity('known_devices')
@Index('known_devices_user_id_expires_at_idx', ['userId', 'expiresAt'])
@Index('known_devices_expires_at_idx', ['expiresAt'])
export class KnownDeviceEntity {
  /** A SHA-256 of the cookie's token. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'known_devices_pkey' })
  tokenHash!: Buffer;

  @Column('uuid')
  @ForeignKey('UserEntity', { name: 'known_devices_user_id_fkey' })
  userId!: string;

  @Column('timestamptz')
  expiresAt!: Date;
}
