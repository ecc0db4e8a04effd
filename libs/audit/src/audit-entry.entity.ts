import { OwnerId } from '@waybill/database';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Who made a change: a user or an API key, an operator at the command line, the system itself, or an unknown caller. */
export type ActorKind = 'staff' | 'api_key' | 'command_line' | 'system' | 'anonymous';

/** One entry of the append-only log. The table is partitioned by month, which TypeORM does not see. */
@Entity('audit_log')
@Index('audit_log_actor_id_at_idx', ['actorId', 'at'])
@Index('audit_log_actor_user_id_at_idx', ['actorUserId', 'at'])
@Index('audit_log_action_at_idx', ['action', 'at'])
@Index('audit_log_target_at_idx', ['targetKind', 'targetId', 'at'])
export class AuditEntryEntity {
  // Millisecond precision, as in JavaScript, so that a cursor holds it exactly.
  @PrimaryColumn('timestamptz', {
    precision: 3,
    default: () => 'now()',
    primaryKeyConstraintName: 'audit_log_pkey',
  })
  at!: Date;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_log_pkey' })
  id!: string;

  @Column('text')
  actorKind!: ActorKind;

  /** Session or API key ID; null for other kinds of actors. */
  @Column('uuid', { nullable: true })
  actorId!: string | null;

  /** The signed-in user; set for staff only. */
  @Column('uuid', { nullable: true })
  actorUserId!: string | null;

  @OwnerId({ retainsOwner: false })
  @Column('uuid', { nullable: true })
  actorOwnerId!: string | null;

  @Column('text')
  action!: string;

  @Column('text')
  targetKind!: string;

  @Column('text')
  targetId!: string;

  /** New values by field, with old values where a field changed. Never holds secrets. */
  @Column('jsonb')
  changes!: object;

  @Column('text', { nullable: true })
  address!: string | null;

  @Column('text', { nullable: true })
  userAgent!: string | null;

  @Column('text', { nullable: true })
  requestId!: string | null;
}
