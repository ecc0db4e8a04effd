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

  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  /** Owner ID of rows that the user creates, unless the session was anonymous before the sign-in. */
  @Column('uuid', { name: 'owner_id' })
  ownerId!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;
}
