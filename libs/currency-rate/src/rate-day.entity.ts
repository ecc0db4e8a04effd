import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { RateListEntity } from './rate-list.entity';

/** A settled day (Europe/Moscow) and the list in force on it. Written once, never changed. */
@Entity('rate_days')
export class RateDayEntity {
  @PrimaryColumn('date', { primaryKeyConstraintName: 'rate_days_pkey' })
  day!: string;

  @Column('date')
  effectiveDate!: string;

  @Column('timestamptz', { default: () => 'now()' })
  settledAt!: Date;

  @ManyToOne(() => RateListEntity)
  @JoinColumn({ name: 'effective_date', foreignKeyConstraintName: 'rate_days_effective_date_fkey' })
  list!: Relation<RateListEntity>;
}
