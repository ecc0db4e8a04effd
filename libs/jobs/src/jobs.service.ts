import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import {
  Cursors,
  type Page,
  timeKey,
  type TransactionContext,
  uuidKey,
  ValidationFailedError,
} from '@waybill/core';
import { Database } from '@waybill/database';
import { JobDispatcher } from '@waybill/queue';
import { z } from 'zod';
import type { JobDefinition, JobParameters } from './job';
import { JobCatalog } from './job-catalog';
import { type JobRunRow, JobRunsRepository } from './job-runs.repository';
import { JobRunNotFoundError, JobRunPendingError } from './jobs.errors';

/** A job, its next run, and its newest run. */
export type JobOverview = JobDefinition & { nextRunAt: Date | null; lastRun: JobRunRow | null };

const jobCursors = new Cursors('jobs', z.tuple([z.string()]));
const runCursors = new Cursors('job-runs', z.tuple([timeKey, uuidKey]));

/** Administrators' operations on jobs. Available in every process; the jobs run in workers. */
@Injectable()
export class JobsService {
  constructor(
    private readonly database: Database,
    private readonly catalog: JobCatalog,
    private readonly runs: JobRunsRepository,
    private readonly dispatcher: JobDispatcher,
  ) {}

  /** Returns a page of jobs, by name. */
  async list(
    ctx: TransactionContext,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<JobOverview>> {
    const [after = ''] = jobCursors.read(cursor, {}) ?? [];
    const jobs = this.catalog.jobs.filter(({ definition }) => definition.name > after);
    const names = jobs.map(({ definition }) => definition.name);
    const now = await this.runs.now(ctx);
    const last = new Map((await this.runs.lastOf(ctx, names)).map((run) => [run.job, run]));
    const overviews = jobs.map(({ definition, schedule }) => ({
      ...definition,
      nextRunAt: schedule?.nextAfter(now) ?? null,
      lastRun: last.get(definition.name) ?? null,
    }));
    overviews.sort((a, b) => (a.name < b.name ? -1 : 1));
    return jobCursors.page(overviews, limit, {}, ({ name }) => [name]);
  }

  /**
   * Queues a run, or returns the one already pending. The run starts as soon as a worker can run it, after a run in
   * progress. Once the transaction commits, the job will run even if the queue loses its notification.
   * @throws JobNotFoundError, ValidationFailedError for a parameter that the job does not take, JobRunPendingError if a run
   *   with other parameters is pending.
   */
  async requestRun(
    ctx: TransactionContext,
    name: string,
    parameters: JobParameters = {},
  ): Promise<JobRunRow> {
    assertTakes(this.catalog.get(name), parameters);
    const run = await this.runs.insertManual(ctx, name, parameters);
    if (!isDeepStrictEqual(run.parameters, parameters)) throw new JobRunPendingError();
    const options = { removeOnComplete: true, removeOnFail: true };
    this.database.afterCommit(ctx, () => this.dispatcher.dispatch('jobs', { job: name }, options));
    return run;
  }

  /** @throws JobNotFoundError, JobRunNotFoundError */
  async findRun(ctx: TransactionContext, name: string, id: string): Promise<JobRunRow> {
    this.catalog.get(name);
    const run = await this.runs.find(ctx, name, id);
    if (!run) throw new JobRunNotFoundError();
    return run;
  }

  /** Lists the runs of a job, newest first. @throws JobNotFoundError */
  async listRuns(
    ctx: TransactionContext,
    name: string,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<JobRunRow>> {
    this.catalog.get(name);
    const filters = { job: name };
    const rows = await this.runs.list(ctx, name, runCursors.read(cursor, filters), limit + 1);
    return runCursors.page(rows, limit, filters, (run) => [run.requestedAt.toISOString(), run.id]);
  }
}

function assertTakes({ parameters: taken = [] }: JobDefinition, given: JobParameters): void {
  const unknown = Object.keys(given).filter((name) => !taken.includes(name as keyof JobParameters));
  if (unknown.length === 0) return;
  throw new ValidationFailedError(
    unknown.map((name) => ({
      code: 'unknown_field',
      detail: 'This job does not have this parameter.',
      pointer: `/${name}`,
    })),
  );
}
