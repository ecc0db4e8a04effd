import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { RateListEntity } from './rate-list.entity';

/** Roubles for `nominal` units of a currency, from an effective date on. */
@Entity('currency_rates')
@Check('ck_currency_rates_currency', `currency ~ '^[A-Z]{3}$'`)
@Check('ck_currency_rates_value', 'value > 0')
@Check('ck_currency_rates_nominal', 'nominal IN (1, 10, 100, 1000, 10000, 100000, 1000000)')
@Index('ix_currency_rates_effective_date', ['effectiveDate'])
export class CurrencyRateEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_currency_rates' })
  currency!: string;

  @PrimaryColumn('date', { primaryKeyConstraintName: 'pk_currency_rates' })
  effectiveDate!: string;

  /** No fixed scale: stores the decimal as published. */
  @Column('numeric')
  value!: string;

  @Column('integer')
  nominal!: number;

  @ManyToOne(() => RateListEntity)
  @JoinColumn({ name: 'effective_date', foreignKeyConstraintName: 'fk_currency_rates_effective_date' })
  list!: Relation<RateListEntity>;
}
