import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { RateListEntity } from './rate-list.entity';

/** Roubles for `nominal` units of a currency, from an effective date on. */
@Entity('currency_rates')
@Check('currency_rates_currency_check', `currency ~ '^[A-Z]{3}$'`)
@Check('currency_rates_value_check', 'value > 0')
@Check('currency_rates_nominal_check', 'nominal IN (1, 10, 100, 1000, 10000, 100000, 1000000)')
@Index('currency_rates_effective_date_idx', ['effectiveDate'])
export class CurrencyRateEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'currency_rates_pkey' })
  currency!: string;

  @PrimaryColumn('date', { primaryKeyConstraintName: 'currency_rates_pkey' })
  effectiveDate!: string;

  /** No fixed scale: stores the decimal as published. */
  @Column('numeric')
  value!: string;

  @Column('integer')
  nominal!: number;

  @ManyToOne(() => RateListEntity)
  @JoinColumn({ name: 'effective_date', foreignKeyConstraintName: 'currency_rates_effective_date_fkey' })
  list!: Relation<RateListEntity>;
}
