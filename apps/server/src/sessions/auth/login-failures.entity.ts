import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * Number of failed sign-ins of one throttle subject (such as an account, an address, or a pair of both), and the start
 * of the window.
 */
@Entity('login_failures')
export class LoginFailuresEntity {
  /** SHA-256: stores neither the account nor the address in plain text. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'login_failures_pkey' })
  subject!: Buffer;

  /** SHA-256 of the account, so that its throttle can be lifted; null if the subject has no account. */
  @Column('bytea', { nullable: true })
  @Index('login_failures_account_idx')
  account!: Buffer | null;

  @Column('integer')
  failures!: number;

  @Column('timestamptz')
  @Index('login_failures_since_idx')
  since!: Date;
}
