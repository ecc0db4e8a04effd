import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { RateListEntity } from './rate-list.entity';

/** A settled day (Europe/Moscow) and the list in force on it. Written once, never changed. */
@Entity('rate_days')
export class RateDayEntity {
  @PrimaryColumn('date', { primaryKeyConstraintName: 'pk_rate_days' })
  day!: string;

  @Column('date')
  effectiveDate!: string;

  @Column('timestamptz', { default: () => 'now()' })
  settledAt!: Date;

  @ManyToOne(() => RateListEntity)
  @JoinColumn({ name: 'effective_date', foreignKeyConstraintName: 'fk_rate_days_effective_date' })
  list!: Relation<RateListEntity>;
}
