import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { TransactionContext, withTimeout } from '@waybill/core';
import { type JobDefinition, JobFailedError } from './job';
import { JobCatalog } from './job-catalog';
import { describeJobError } from './job-error';
import { JobHandlers } from './job-handlers';
import { type JobLock, JobLocks } from './job-locks';
import { type JobOutcome, type JobRunRow, JobRunsRepository } from './job-runs.repository';
import { jobDurations, jobRuns } from './jobs.metrics';

/** What a stop waits for runs that were told to end; a process has 10 s in all, and most of it is for the queues. */
const STOP_WAIT_MS = 2_000;

/** Runs what is due, each job once at a time over the whole fleet. */
@Injectable()
export class JobRunner implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger(JobRunner.name);
  private readonly stopping = new AbortController();
  private readonly running = new Map<string, Promise<void>>();
  private looking?: Promise<void>;

  constructor(
    private readonly catalog: JobCatalog,
    private readonly handlers: JobHandlers,
    private readonly runs: JobRunsRepository,
    private readonly locks: JobLocks,
  ) {}

  /** Looks for what is due and begins it; resolves when it has looked, not when what it began is done. Never rejects. */
  look(): Promise<void> {
    if (this.stopping.signal.aborted) return Promise.resolve();
    this.looking ??= this.beginDue()
      .catch((error: Error) => this.logger.warn(`No look at the jobs: ${error.message}`))
      .finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** Begins nothing more, and tells what runs to end. */
  onModuleDestroy(): void {
    this.stopping.abort(new Error('The worker is stopping'));
  }

  /** Waits for what runs. What takes too long is marked failed by whoever gets its lock next. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.looking;
    await withTimeout(Promise.all(this.running.values()), STOP_WAIT_MS).catch(() => undefined);
    await this.locks.close();
  }

  private async beginDue(): Promise<void> {
    const ctx = new TransactionContext();
    const now = await this.runs.now(ctx);
    const slots = this.catalog.jobs.map(({ definition, schedule }) => ({
      name: definition.name,
      slot: schedule.slotAt(now),
    }));
    for (const name of await this.runs.claimSlots(ctx, slots)) {
      const job = this.catalog.find(name);
      // A job of a newer or an older version of this program is for its workers.
      if (!job || this.running.has(name) || this.stopping.signal.aborted) continue;
      const run = this.runOne(job.definition)
        .catch((error: Error) => this.logger.error(`The job ${name}: ${error.message}`, error.stack))
        .finally(() => this.running.delete(name));
      this.running.set(name, run);
    }
  }

  private async runOne(definition: JobDefinition): Promise<void> {
    const lock = await this.locks.tryLock(definition.name);
    if (!lock) return;
    try {
      const ctx = new TransactionContext();
      const gone = await this.runs.failAbandoned(ctx, definition.name, 'The worker that ran it is gone');
      if (gone > 0) jobRuns.inc({ job: definition.name, outcome: 'failed' }, gone);
      const run = await this.runs.begin(ctx, definition.name);
      if (run) await this.perform(definition, run, lock);
    } finally {
      await lock.release();
    }
  }

  private async perform(
    { name, timeoutSeconds }: JobDefinition,
    run: JobRunRow,
    lock: JobLock,
  ): Promise<void> {
    const begun = performance.now();
    const timeout = new AbortController();
    const signal = AbortSignal.any([this.stopping.signal, lock.lost, timeout.signal]);
    const work = this.outcomeOf(name, signal);
    const outcome = await withTimeout(work, timeoutSeconds * 1_000).catch((): JobOutcome => {
      timeout.abort(new Error('The time for this run is up'));
      return { error: `It was not done after ${timeoutSeconds} s` };
    });
    jobRuns.inc({ job: name, outcome: 'error' in outcome ? 'failed' : 'succeeded' });
    jobDurations.observe({ job: name }, (performance.now() - begun) / 1_000);
    await this.runs.finish(new TransactionContext(), run.id, outcome);
    // The lock is kept until the work has really ended: too late is better than twice at once.
    await work;
  }

  private async outcomeOf(name: string, signal: AbortSignal): Promise<JobOutcome> {
    try {
      return { result: await this.handlers.get(name)(signal) };
    } catch (error) {
      const reason = describeJobError(error);
      if (error instanceof JobFailedError)
        this.logger[error.isLogged ? 'warn' : 'debug'](`The job ${name} failed: ${reason}`);
      else this.logger.error(`The job ${name} failed: ${reason}`, framesOf(error));
      return { error: reason };
    }
  }
}

// A stack begins with the message, which may hold what a log must not.
function framesOf(error: unknown): string | undefined {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.filter((line) => /^\s+at /.test(line)).join('\n') || undefined;
}
