import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { JobParameters, JobResult } from './job';

export type JobTrigger = 'schedule' | 'manual';
export type JobRunState = 'pending' | 'running' | 'succeeded' | 'failed';

/** One run of a job: pending, running or finished. A slot has one row, so it fires once for the fleet. */
@Entity('job_runs')
@Unique('job_runs_job_slot_key', ['job', 'slot'])
@Index('job_runs_open_idx', ['job'], { where: 'finished_at IS NULL' })
@Index('job_runs_waiting_manual_key', ['job'], {
  unique: true,
  where: "trigger = 'manual' AND state = 'pending'",
})
@Index('job_runs_job_requested_at_id_idx', ['job', 'requestedAt', 'id'])
@Index('job_runs_requested_at_idx', ['requestedAt'])
@Check('job_runs_trigger_check', "trigger IN ('schedule', 'manual')")
@Check('job_runs_state_check', "state IN ('pending', 'running', 'succeeded', 'failed')")
@Check('job_runs_slot_check', "(trigger = 'schedule') = (slot IS NOT NULL)")
@Check('job_runs_finished_check', "(state IN ('succeeded', 'failed')) = (finished_at IS NOT NULL)")
export class JobRunEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'job_runs_pkey' })
  id!: string;

  @Column('text')
  job!: string;

  /** Start of the slot that the run belongs to; null for a run that was requested. */
  @Column('timestamptz', { nullable: true })
  slot!: Date | null;

  @Column('text')
  trigger!: JobTrigger;

  /** What the administrator asked of the run. */
  @Column('jsonb', { default: {} })
  parameters!: JobParameters;

  @Column('text', { default: 'pending' })
  state!: JobRunState;

  /** Millisecond precision, as in a cursor. */
  @Column('timestamp with time zone', { precision: 3, default: () => 'now()' })
  requestedAt!: Date;

  @Column('timestamptz', { nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  finishedAt!: Date | null;

  @Column('jsonb', { nullable: true })
  result!: JobResult | null;

  /** Why the run failed, without secrets or personal data. */
  @Column('text', { nullable: true })
  error!: string | null;
}
