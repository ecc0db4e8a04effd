import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateJobRuns1763600310000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE job_runs (
        id uuid CONSTRAINT job_runs_pkey PRIMARY KEY,
        job text NOT NULL,
        slot timestamptz,
        trigger text NOT NULL CONSTRAINT job_runs_trigger_check CHECK (trigger IN ('schedule', 'manual')),
        state text NOT NULL DEFAULT 'pending'
          CONSTRAINT job_runs_state_check CHECK (state IN ('pending', 'running', 'succeeded', 'failed')),
        requested_at timestamptz(3) NOT NULL DEFAULT now(),
        started_at timestamptz,
        finished_at timestamptz,
        result jsonb,
        error text,
        CONSTRAINT job_runs_job_slot_key UNIQUE (job, slot),
        CONSTRAINT job_runs_slot_check CHECK ((trigger = 'schedule') = (slot IS NOT NULL)),
        CONSTRAINT job_runs_finished_check CHECK ((state IN ('succeeded', 'failed')) = (finished_at IS NOT NULL))
      )`);
    await runner.query(`CREATE INDEX job_runs_open_idx ON job_runs (job) WHERE finished_at IS NULL`);
    await runner.query(`
      CREATE UNIQUE INDEX job_runs_waiting_manual_key ON job_runs (job) WHERE trigger = 'manual' AND state = 'pending'`);
    await runner.query(`CREATE INDEX job_runs_job_requested_at_id_idx ON job_runs (job, requested_at, id)`);
    await runner.query(`CREATE INDEX job_runs_requested_at_idx ON job_runs (requested_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE job_runs`);
  }
}
