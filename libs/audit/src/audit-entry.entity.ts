import { OwnerId } from '@waybill/database';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Who did something: a principal of the API, somebody at the server's command line, or the system by itself. */
export type ActorKind = 'staff' | 'api_key' | 'command_line' | 'system';

/** One entry of the append-only log. The table is partitioned by month, which TypeORM neither knows nor needs to. */
@Entity('audit_log')
@Index('audit_log_actor_id_at_idx', ['actorId', 'at'])
@Index('audit_log_actor_user_id_at_idx', ['actorUserId', 'at'])
@Index('audit_log_action_at_idx', ['action', 'at'])
@Index('audit_log_target_at_idx', ['targetKind', 'targetId', 'at'])
export class AuditEntryEntity {
  // In milliseconds, as JavaScript has them: a cursor holds it exactly.
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

  /** The session's or the API key's id; null for the command line and the system. */
  @Column('uuid', { nullable: true })
  actorId!: string | null;

  /** The user who was signed in, for staff. */
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

  /** What was set or changed, by field, without secrets. */
  @Column('jsonb')
  changes!: object;

  @Column('text', { nullable: true })
  address!: string | null;

  @Column('text', { nullable: true })
  userAgent!: string | null;

  @Column('text', { nullable: true })
  requestId!: string | null;
}
