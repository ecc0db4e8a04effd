import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How often signing in has failed for one subject of the throttle (an account, an address, both together …), since when. */
@Entity('login_failures')
export class LoginFailuresEntity {
  /** A SHA-256: neither whom somebody tried to be nor from where is kept. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'login_failures_pkey' })
  subject!: Buffer;

  /** A SHA-256 of the account that it is about, so that what holds the account back can be lifted; null for none. */
  @Column('bytea', { nullable: true })
  @Index('login_failures_account_idx')
  account!: Buffer | null;

  @Column('integer')
  failures!: number;

  @Column('timestamptz')
  @Index('login_failures_since_idx')
  since!: Date;
}
