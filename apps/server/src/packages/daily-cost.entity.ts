import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/**
 * A partial sum over the packages of one type that were created on one day (Europe/Moscow). Excludes cancelled
 * packages. Triggers on `packages` maintain it (docs/adr/0021-daily-sums-and-package-events.md). Only the sum over all
 * slots is meaningful: a single slot may be negative.
 */
@Entity('daily_costs')
export class DailyCostEntity {
  @PrimaryColumn('date', { primaryKeyConstraintName: 'daily_costs_pkey' })
  day!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'daily_costs_pkey' })
  @ForeignKey('PackageTypeEntity', { name: 'daily_costs_type_id_fkey' })
  typeId!: number;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'daily_costs_pkey' })
  slot!: number;

  @Column('integer')
  packages!: number;

  /** Packages with a cost. */
  @Column('integer')
  priced!: number;

  /** Sum of the costs, in roubles. */
  @Column('numeric', { precision: 30, scale: 2 })
  cost!: string;
}
