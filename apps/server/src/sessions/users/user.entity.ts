import { OwnerId } from '@waybill/database';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Role } from './roles';

/** A staff user. Stores only an Argon2id hash of the password. */
@Entity('users')
@Check('users_role_check', `role IN ('agent', 'operator', 'admin')`)
export class UserEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' })
  id!: string;

  /** In lower case. */
  @Column('text')
  @Index('users_email_key', { unique: true })
  email!: string;

  @Column('text')
  role!: Role;

  @Column('text')
  passwordHash!: string;

  /** Owner ID of the rows that the user creates in sessions that were not anonymous before. */
  @OwnerId({ retainsOwner: false })
  @Column('uuid')
  ownerId!: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { nullable: true })
  disabledAt!: Date | null;
}
