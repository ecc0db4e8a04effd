import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import type { FindOptionsWhere } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { JobParameters, JobResult } from './job';
import { JobRunEntity } from './job-run.entity';

const ROW = columnsOf(
  JobRunEntity,
  ...(['id', 'job', 'slot', 'trigger', 'parameters', 'state', 'requestedAt'] as const),
  ...(['startedAt', 'finishedAt', 'result', 'error'] as const),
);
const JOB = columnsOf(JobRunEntity, 'job');
const NOW = computed({ now: value.timestamp('now()') });

export type JobRunRow = RowOf<typeof ROW>;

/** Outcome of a run. */
export type JobOutcome = { result: JobResult } | { error: string };

/** Job runs in PostgreSQL. All times are from its clock. */
@Injectable()
export class JobRunsRepository {
  constructor(private readonly database: Database) {}

  /** Returns PostgreSQL's time, which decides slots: workers' clocks may be wrong. */
  async now(ctx: TransactionContext): Promise<Date> {
    return (await this.database.one(ctx, statement(NOW, `SELECT ${NOW}`))).now;
  }

  // SQL: the database's clock and ON CONFLICT.
  /**
   * Claims the due slots of jobs that have no run for the slot and no unfinished run, in one statement. Skips slots
   * that began more than a day ago.
   * @returns the names of all jobs with an unfinished run.
   */
  async claimSlots(
    ctx: TransactionContext,
    slots: readonly { name: string; slot: Date }[],
  ): Promise<string[]> {
    const jobs = slots.map((job) => ({ id: uuidv7(), ...job }));
    const rows = await this.database.rows(
      ctx,
      statement(
        JOB,
        `WITH due AS (
           SELECT j.id, j.name, j.slot
             FROM jsonb_to_recordset($1::jsonb) AS j(id uuid, name text, slot timestamptz)
            WHERE j.slot > now() - interval '1 day'
              AND NOT EXISTS (SELECT FROM job_runs r WHERE r.job = j.name AND r.slot = j.slot)
              AND NOT EXISTS (SELECT FROM job_runs r WHERE r.job = j.name AND r.finished_at IS NULL)
         ), claimed AS (
           INSERT INTO job_runs (id, job, slot, trigger) SELECT id, name, slot, 'schedule' FROM due
           ON CONFLICT (job, slot) DO NOTHING RETURNING ${JOB}
         )
         SELECT ${JOB} FROM claimed UNION SELECT ${JOB} FROM job_runs WHERE finished_at IS NULL`,
      ),
      [JSON.stringify(jobs)],
    );
    return rows.map(({ job }) => job);
  }

  // SQL: ON CONFLICT that returns the existing row.
  /** Queues a run, or returns the one already pending. */
  insertManual(ctx: TransactionContext, job: string, parameters: JobParameters = {}): Promise<JobRunRow> {
    return this.database.one(
      ctx,
      statement(
        ROW,
        `INSERT INTO job_runs (id, job, trigger, parameters) VALUES ($1, $2, 'manual', $3)
         ON CONFLICT (job) WHERE trigger = 'manual' AND state = 'pending' DO UPDATE SET job = excluded.job
         RETURNING ${ROW}`,
      ),
      [uuidv7(), job, parameters],
    );
  }

  // SQL: finds and starts a run in one statement.
  /** Starts the run that has waited longest. Call this only while holding the job's lock. */
  begin(ctx: TransactionContext, job: string): Promise<JobRunRow | undefined> {
    return this.database.row(
      ctx,
      statement(
        ROW,
        `UPDATE job_runs SET state = 'running', started_at = clock_timestamp()
          WHERE id = (SELECT id FROM job_runs WHERE job = $1 AND state = 'pending' ORDER BY requested_at, id LIMIT 1)
         RETURNING ${ROW}`,
      ),
      [job],
    );
  }

  /**
   * Fails runs that are still marked as running. Call this only while holding the job's lock: then no other worker is
   * running them.
   */
  async failAbandoned(ctx: TransactionContext, job: string, error: string): Promise<number> {
    const { affected } = await this.database
      .repository(ctx, JobRunEntity)
      .update({ job, state: 'running' }, { state: 'failed', finishedAt: () => 'clock_timestamp()', error });
    return affected ?? 0;
  }

  async finish(ctx: TransactionContext, id: string, outcome: JobOutcome): Promise<void> {
    const ended =
      'error' in outcome
        ? { state: 'failed' as const, result: null, error: outcome.error }
        : { state: 'succeeded' as const, result: outcome.result, error: null };
    await this.database
      .repository(ctx, JobRunEntity)
      .update({ id, state: 'running' }, { ...ended, finishedAt: () => 'clock_timestamp()' });
  }

  async find(ctx: TransactionContext, job: string, id: string): Promise<JobRunRow | undefined> {
    return (await this.database.repository(ctx, JobRunEntity).findOneBy({ id, job })) ?? undefined;
  }

  // SQL: one index look-up per job, which DISTINCT ON would not do.
  /** Returns the newest run of each of these jobs; skips jobs without runs. */
  lastOf(ctx: TransactionContext, jobs: string[]): Promise<JobRunRow[]> {
    const run = ROW.from('run');
    return this.database.rows(
      ctx,
      statement(
        run,
        `SELECT ${run} FROM unnest($1::text[]) AS j(name) CROSS JOIN LATERAL (
           SELECT * FROM job_runs WHERE job = j.name ORDER BY requested_at DESC, id DESC LIMIT 1) run`,
      ),
      [jobs],
    );
  }

  /** Lists runs, newest first. @param before time and ID of the last run of the previous page */
  list(
    ctx: TransactionContext,
    job: string,
    before: readonly [requestedAt: string, id: string] | undefined,
    count: number,
  ): Promise<JobRunRow[]> {
    const ofJob: FindOptionsWhere<JobRunEntity> = { job };
    const runs = this.database
      .repository(ctx, JobRunEntity)
      .createQueryBuilder('run')
      .where(ofJob)
      .orderBy({ 'run.requestedAt': 'DESC', 'run.id': 'DESC' })
      .take(count);
    if (before) {
      const [requestedAt, id] = before;
      runs.andWhere('(run.requestedAt, run.id) < (:requestedAt, :id)', { requestedAt, id });
    }
    return runs.getMany();
  }

  // SQL: a bounded set-based delete, by the database's clock.
  /** Deletes the oldest runs. @returns how many. */
  deleteOlderThan(ctx: TransactionContext, days: number, count: number): Promise<number> {
    return this.database.execute(
      ctx,
      `DELETE FROM job_runs WHERE id IN (
         SELECT id FROM job_runs WHERE requested_at < now() - $1 * interval '1 day' ORDER BY requested_at LIMIT $2)`,
      [days, count],
    );
  }
}
