import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How often signing in has failed for one account or from one address, since when. */
@Entity('login_failures')
export class LoginFailuresEntity {
  /** A SHA-256: neither whom somebody tried to be nor from where is kept. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'login_failures_pkey' })
  subject!: Buffer;

  @Column('integer')
  failures!: number;

  @Column('timestamptz')
  @Index('login_failures_since_idx')
  since!: Date;
}
