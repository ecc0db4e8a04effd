import { Injectable } from '@nestjs/common';
import { Database, type WorkContext } from '@waybill/database';
import { v7 as uuidv7 } from 'uuid';
import type { JobResult } from './job';
import type { JobRunEntity } from './job-run.entity';

export type JobRunRow = JobRunEntity;

/** How a run ended. */
export type JobOutcome = { result: JobResult } | { error: string };

const COLUMNS = `id, job, slot, trigger, state, requested_at AS "requestedAt", started_at AS "startedAt",
  finished_at AS "finishedAt", result, error`;

/** Runs of jobs in PostgreSQL. All times are its clock's. */
@Injectable()
export class JobRunsRepository {
  constructor(private readonly database: Database) {}

  /** PostgreSQL's time, which decides on slots: workers' clocks may be wrong. */
  async now(ctx: WorkContext): Promise<Date> {
    const [row] = await this.database.query<{ now: Date }>(ctx, 'SELECT now()');
    return (row as { now: Date }).now;
  }

  /**
   * Claims slots of jobs that have not fired in them and are neither waiting nor running, in one statement. A slot that
   * began over a day ago is too late.
   * @returns the names of all jobs that have an unfinished run.
   */
  async claimSlots(ctx: WorkContext, slots: readonly { name: string; slot: Date }[]): Promise<string[]> {
    const jobs = slots.map((job) => ({ id: uuidv7(), ...job }));
    const rows = await this.database.query<{ job: string }>(
      ctx,
      `WITH due AS (
         SELECT j.id, j.name, j.slot
           FROM jsonb_to_recordset($1::jsonb) AS j(id uuid, name text, slot timestamptz)
          WHERE j.slot > now() - interval '1 day'
            AND NOT EXISTS (SELECT FROM job_runs r WHERE r.job = j.name AND r.slot = j.slot)
            AND NOT EXISTS (SELECT FROM job_runs r WHERE r.job = j.name AND r.finished_at IS NULL)
       ), claimed AS (
         INSERT INTO job_runs (id, job, slot, trigger) SELECT id, name, slot, 'schedule' FROM due
         ON CONFLICT (job, slot) DO NOTHING RETURNING job
       )
       SELECT job FROM claimed UNION SELECT job FROM job_runs WHERE finished_at IS NULL`,
      [JSON.stringify(jobs)],
    );
    return rows.map(({ job }) => job);
  }

  /** Asks for a run. One that waits already is the same wish: it is returned instead. */
  async insertManual(ctx: WorkContext, job: string): Promise<JobRunRow> {
    const [row] = await this.database.query<JobRunRow>(
      ctx,
      `INSERT INTO job_runs (id, job, trigger) VALUES ($1, $2, 'manual')
       ON CONFLICT (job) WHERE trigger = 'manual' AND state = 'pending' DO UPDATE SET job = excluded.job
       RETURNING ${COLUMNS}`,
      [uuidv7(), job],
    );
    return row as JobRunRow;
  }

  /** Begins the run that has waited longest. Only for whoever holds the job's lock. */
  async begin(ctx: WorkContext, job: string): Promise<JobRunRow | undefined> {
    const [row] = await this.database.query<JobRunRow>(
      ctx,
      `UPDATE job_runs SET state = 'running', started_at = clock_timestamp()
        WHERE id = (SELECT id FROM job_runs WHERE job = $1 AND state = 'pending' ORDER BY requested_at, id LIMIT 1)
       RETURNING ${COLUMNS}`,
      [job],
    );
    return row;
  }

  /** Fails what is still marked as running. Only for whoever holds the job's lock: nobody else is at it then. */
  async failAbandoned(ctx: WorkContext, job: string, error: string): Promise<number> {
    const rows = await this.database.query(
      ctx,
      `UPDATE job_runs SET state = 'failed', finished_at = clock_timestamp(), error = $2
        WHERE job = $1 AND state = 'running' RETURNING 1`,
      [job, error],
    );
    return rows.length;
  }

  async finish(ctx: WorkContext, id: string, outcome: JobOutcome): Promise<void> {
    const [state, result, error] =
      'error' in outcome ? ['failed', null, outcome.error] : ['succeeded', outcome.result, null];
    await this.database.query(
      ctx,
      `UPDATE job_runs SET state = $2, finished_at = clock_timestamp(), result = $3, error = $4
        WHERE id = $1 AND state = 'running'`,
      [id, state, result, error],
    );
  }

  async find(ctx: WorkContext, job: string, id: string): Promise<JobRunRow | undefined> {
    const [row] = await this.database.query<JobRunRow>(
      ctx,
      `SELECT ${COLUMNS} FROM job_runs WHERE id = $1 AND job = $2`,
      [id, job],
    );
    return row;
  }

  /** The newest run of each of these jobs that has one. */
  lastOf(ctx: WorkContext, jobs: string[]): Promise<JobRunRow[]> {
    return this.database.query(
      ctx,
      `SELECT r.* FROM unnest($1::text[]) AS j(name) CROSS JOIN LATERAL (
         SELECT ${COLUMNS} FROM job_runs WHERE job = j.name ORDER BY requested_at DESC, id DESC LIMIT 1) r`,
      [jobs],
    );
  }

  /** Newest first. @param before the time and the id of the run to go on after */
  list(
    ctx: WorkContext,
    job: string,
    before: readonly [requestedAt: string, id: string] | undefined,
    count: number,
  ): Promise<JobRunRow[]> {
    return this.database.query(
      ctx,
      `SELECT ${COLUMNS} FROM job_runs
        WHERE job = $1 AND ($2::timestamptz IS NULL OR (requested_at, id) < ($2, $3::uuid))
        ORDER BY requested_at DESC, id DESC LIMIT $4`,
      [job, before?.[0] ?? null, before?.[1] ?? null, count],
    );
  }

  /** Forgets the oldest runs. @returns how many they were. */
  async deleteOlderThan(ctx: WorkContext, days: number, count: number): Promise<number> {
    const rows = await this.database.query(
      ctx,
      `DELETE FROM job_runs WHERE id IN (
         SELECT id FROM job_runs WHERE requested_at < now() - $1 * interval '1 day' ORDER BY requested_at LIMIT $2)
       RETURNING 1`,
      [days, count],
    );
    return rows.length;
  }
}
