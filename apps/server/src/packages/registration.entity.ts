import { OwnerId } from '@waybill/database';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { PackageActor } from './package-actor';

export const registrationStates = ['pending', 'succeeded', 'failed'] as const;
export type RegistrationState = (typeof registrationStates)[number];

/** Why a registration failed. */
export interface RegistrationProblem {
  code: string;
  detail: string;
}

/**
 * An accepted request to register a package. This row is the source of truth; a job only tells a worker to process it.
 */
@Entity('registrations')
@Index('registrations_pending_idx', ['requeueAt'], { where: "state = 'pending'" })
@Index('registrations_failed_owner_id_idx', ['ownerId'], { where: "state = 'failed'" })
@Check('registrations_state_check', "state IN ('pending', 'succeeded', 'failed')")
@Check('registrations_finished_check', "(state = 'pending') = (finished_at IS NULL)")
export class RegistrationEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'registrations_pkey' })
  id!: string;

  // A registration that succeeded has a package, and the package retains the owner.
  @OwnerId({ retainsOwner: true, where: ["state = 'pending'", "state = 'failed'"] })
  @Column('uuid')
  ownerId!: string;

  @Column('text', { default: 'pending' })
  state!: RegistrationState;

  @Column('text')
  name!: string;

  @Column('numeric', { precision: 8, scale: 3 })
  weightKg!: string;

  @Column('numeric', { precision: 14, scale: 2 })
  contentAmount!: string;

  @Column('text')
  contentCurrency!: string;

  @Column('integer')
  @ForeignKey('PackageTypeEntity', { name: 'registrations_type_id_fkey' })
  typeId!: number;

  @Column('text', { nullable: true })
  orderUid!: string | null;

  /** Who registered the package; null if this was not recorded. */
  @Column('jsonb', { nullable: true })
  actor!: PackageActor | null;

  /** Attempts started, including the one in progress. */
  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('integer', { nullable: true })
  @ForeignKey('PackageEntity', { name: 'registrations_package_id_fkey' })
  packageId!: number | null;

  @Column('jsonb', { nullable: true })
  problem!: RegistrationProblem | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  /** When the sweeper enqueues the registration again. */
  @Column('timestamptz')
  requeueAt!: Date;

  @Column('timestamptz', { nullable: true })
  finishedAt!: Date | null;
}
