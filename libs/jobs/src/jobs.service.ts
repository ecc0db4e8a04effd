import { Injectable } from '@nestjs/common';
import { Cursors, type Page, timeKey, type TransactionContext, uuidKey } from '@waybill/core';
import { Database } from '@waybill/database';
import { JobDispatcher } from '@waybill/queue';
import { z } from 'zod';
import type { JobDefinition } from './job';
import { JobCatalog } from './job-catalog';
import { type JobRunRow, JobRunsRepository } from './job-runs.repository';
import { JobRunNotFoundError } from './jobs.errors';

/** A job, its next run, and its newest run. */
export type JobOverview = JobDefinition & { nextRunAt: Date; lastRun: JobRunRow | null };

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
      nextRunAt: schedule.nextAfter(now),
      lastRun: last.get(definition.name) ?? null,
    }));
    overviews.sort((a, b) => (a.name < b.name ? -1 : 1));
    return jobCursors.page(overviews, limit, {}, ({ name }) => [name]);
  }

  /**
   * Queues a run, or returns the one already pending. The run starts as soon as a worker can run it, after a run in
   * progress. Once the transaction commits, the job will run even if the queue loses its notification.
   * @throws JobNotFoundError
   */
  async requestRun(ctx: TransactionContext, name: string): Promise<JobRunRow> {
    this.catalog.get(name);
    const run = await this.runs.insertManual(ctx, name);
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
