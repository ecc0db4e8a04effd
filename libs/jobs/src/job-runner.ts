import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { TransactionContext, withTimeout } from '@waybill/core';
import { type JobDefinition, JobFailedError, type JobParameters } from './job';
import { JobCatalog } from './job-catalog';
import { describeJobError } from './job-error';
import { JobHandlers } from './job-handlers';
import { type JobLock, JobLocks } from './job-locks';
import { type JobOutcome, type JobRunRow, JobRunsRepository } from './job-runs.repository';
import { jobDurations, jobRuns } from './jobs.metrics';

/** Time that a stop waits for aborted runs. A process has 10 s in total, and the queues need most of it. */
const STOP_WAIT_MS = 2_000;

/** Runs due jobs, each job at most once at a time across the fleet. */
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

  /** Starts the due runs. Resolves once they are started, not when they finish. Never rejects. */
  look(): Promise<void> {
    if (this.stopping.signal.aborted) return Promise.resolve();
    this.looking ??= this.beginDue()
      .catch((error: Error) => this.logger.warn(`could not check for due jobs: ${error.message}`))
      .finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** Starts no more runs, and aborts the current ones. */
  onModuleDestroy(): void {
    this.stopping.abort(new Error('The worker is stopping'));
  }

  /** Waits for the current runs. A run that takes too long is marked failed by the next holder of its lock. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.looking;
    await withTimeout(Promise.all(this.running.values()), STOP_WAIT_MS).catch(() => undefined);
    await this.locks.close();
  }

  private async beginDue(): Promise<void> {
    const ctx = new TransactionContext();
    const now = await this.runs.now(ctx);
    const slots = this.catalog.jobs.flatMap(({ definition, schedule }) =>
      schedule ? { name: definition.name, slot: schedule.slotAt(now) } : [],
    );
    for (const name of await this.runs.claimSlots(ctx, slots)) {
      const job = this.catalog.find(name);
      // An unknown job belongs to another release; that release's workers run it.
      if (!job || this.running.has(name) || this.stopping.signal.aborted) continue;
      const run = this.runOne(job.definition)
        .catch((error: Error) => this.logger.error(`job ${name}: ${error.message}`, error.stack))
        .finally(() => this.running.delete(name));
      this.running.set(name, run);
    }
  }

  private async runOne(definition: JobDefinition): Promise<void> {
    const lock = await this.locks.tryLock(definition.name);
    if (!lock) return;
    try {
      const ctx = new TransactionContext();
      const gone = await this.runs.failAbandoned(
        ctx,
        definition.name,
        'The worker that ran the job has stopped',
      );
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
    const work = this.outcomeOf(name, signal, run.parameters);
    const outcome = await withTimeout(work, timeoutSeconds * 1_000).catch((): JobOutcome => {
      timeout.abort(new Error('The run timed out'));
      return { error: `Timed out after ${timeoutSeconds} s` };
    });
    jobRuns.inc({ job: name, outcome: 'error' in outcome ? 'failed' : 'succeeded' });
    jobDurations.observe({ job: name }, (performance.now() - begun) / 1_000);
    await this.runs.finish(new TransactionContext(), run.id, outcome);
    // Keeps the lock until the work has really ended: a delayed run is better than two at once.
    await work;
  }

  private async outcomeOf(name: string, signal: AbortSignal, parameters: JobParameters): Promise<JobOutcome> {
    try {
      return { result: await this.handlers.get(name)(signal, parameters) };
    } catch (error) {
      const reason = describeJobError(error);
      if (error instanceof JobFailedError)
        this.logger[error.isLogged ? 'warn' : 'debug'](`The job ${name} failed: ${reason}`);
      else this.logger.error(`The job ${name} failed: ${reason}`, framesOf(error));
      return { error: reason };
    }
  }
}

// A stack starts with the message, which may hold secrets.
function framesOf(error: unknown): string | undefined {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.filter((line) => /^\s+at /.test(line)).join('\n') || undefined;
}
