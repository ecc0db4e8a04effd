import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { PackageActor } from './package-actor';
import type { Pricing } from './pricing';

export const packageEventKinds = ['registered', 'priced', 'repriced', 'claimed', 'cancelled'] as const;
export type PackageEventKind = (typeof packageEventKinds)[number];

/**
 * A change to a package. The statement that changes the package inserts the event. Events never change. The events that
 * set a cost are the revisions of the cost.
 */
@Entity('package_events')
@Check('package_events_kind_check', "kind IN ('registered', 'priced', 'repriced', 'claimed', 'cancelled')")
@Check('package_events_claimed_check', "(kind = 'claimed') = (carrier_id IS NOT NULL)")
@Check(
  'package_events_priced_check',
  "(kind IN ('priced', 'repriced')) = (revision IS NOT NULL) AND (revision IS NULL) = (cost IS NULL) AND (revision IS NULL) = (pricing IS NULL)",
)
export class PackageEventEntity {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'package_events_pkey' })
  @ForeignKey('PackageEntity', { name: 'package_events_package_id_fkey', onDelete: 'CASCADE' })
  packageId!: number;

  /** Later events of a package have higher IDs. */
  @PrimaryColumn('bigint', {
    generated: 'identity',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'package_events_pkey',
  })
  id!: string;

  @Column('text')
  kind!: PackageEventKind;

  @Column('timestamptz')
  at!: Date;

  /** Null if the actor was not recorded, because the package is older than the events. */
  @Column('jsonb', { nullable: true })
  actor!: PackageActor | null;

  /** The carrier that claimed the package. */
  @Column('integer', { nullable: true })
  carrierId!: number | null;

  /** 1 for the first cost of a package, then increasing by 1. */
  @Column('integer', { nullable: true })
  revision!: number | null;

  /** In roubles. */
  @Column('numeric', { precision: 20, scale: 2, nullable: true })
  cost!: string | null;

  /** How the cost was computed, so that anyone can recompute it. */
  @Column('jsonb', { nullable: true })
  pricing!: Pricing | null;
}
