import { OwnerId } from '@waybill/database';
import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { UnpricedReason } from './pricing';

export const packageStatuses = ['registered', 'claimed', 'cancelled'] as const;
export type PackageStatus = (typeof packageStatuses)[number];

/** A parcel that a customer sends abroad. */
@Entity('packages')
@Unique('packages_registration_id_key', ['registrationId'])
@Index('packages_owner_id_id_idx', ['ownerId', 'id'])
@Index('packages_unpriced_idx', ['id'], { where: 'delivery_cost IS NULL' })
@Index('packages_status_id_idx', ['status', 'id'])
@Check('packages_priced_check', '(delivery_cost IS NULL) = (unpriced_reason IS NOT NULL)')
@Check('packages_status_check', "status IN ('registered', 'claimed', 'cancelled')")
@Check(
  'packages_claimed_check',
  "(status = 'claimed') = (carrier_id IS NOT NULL) AND (status = 'claimed') = (claimed_at IS NOT NULL)",
)
@Check('packages_cancelled_check', "(status = 'cancelled') = (cancelled_at IS NOT NULL)")
export class PackageEntity {
  @PrimaryGeneratedColumn('identity', {
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'packages_pkey',
  })
  id!: number;

  @Column('uuid')
  registrationId!: string;

  @OwnerId({ retainsOwner: true })
  @Column('uuid')
  ownerId!: string;

  @Column('text')
  name!: string;

  @Column('numeric', { precision: 8, scale: 3 })
  weightKg!: string;

  @Column('numeric', { precision: 14, scale: 2 })
  contentAmount!: string;

  @Column('text')
  contentCurrency!: string;

  @Column('integer')
  @ForeignKey('PackageTypeEntity', { name: 'packages_type_id_fkey' })
  typeId!: number;

  @Column('text', { nullable: true })
  orderUid!: string | null;

  /** Time at which the registration was accepted. The rates of this day determine the price. */
  @Column('timestamptz')
  createdAt!: Date;

  /** In roubles; null until the package is priced. The latest event with a cost records how it was calculated. */
  @Column('numeric', { precision: 20, scale: 2, nullable: true })
  deliveryCost!: string | null;

  /** Why the package has no price yet; null once it has one. */
  @Column('text', { nullable: true })
  unpricedReason!: UnpricedReason | null;

  /** `registered` until the package is claimed or cancelled. Both are final. */
  @Column('text', { default: 'registered' })
  status!: PackageStatus;

  @Column('integer', { nullable: true })
  carrierId!: number | null;

  @Column('timestamptz', { nullable: true })
  claimedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  cancelledAt!: Date | null;
}
