import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { runWithLogFields } from '@waybill/observability';
import { type Job, type Processor, Worker, type WorkerOptions } from 'bullmq';
import type { QueueBackend } from './queue-backend';

/** Time for jobs to finish. A process has 10 s to stop, and needs some of it for other work. */
const DRAIN_MS = 7_000;
/** Time for BullMQ to record the end of the last job. */
const GRACE_MS = 1_000;

/** Settings for taking over the jobs of a dead worker: within about half a minute, any number of times. */
const TAKE_OVER = { lockDuration: 20_000, stalledInterval: 10_000, maxStalledCount: 20 };
/** Delay after an error from Redis or PostgreSQL. */
const RETRY_DELAY_MS = 2_000;

/** Settings that a worker gets from its process. */
export interface WorkerSetting {
  backend: QueueBackend;
  /** Concurrent jobs of one queue. */
  concurrency: number;
  workers: Set<DrainingWorker>;
}

/**
 * A BullMQ worker that finishes its current jobs when it is closed, and closes in time even if its queue is
 * unavailable. Nest creates one for each `@Processor` and passes our settings in place of BullMQ's connection.
 */
export class DrainingWorker extends Worker {
  private readonly logger = new Logger(DrainingWorker.name);
  private readonly atWork = new Set<Promise<unknown>>();
  private stopping: Promise<void> | undefined;

  constructor(name: string, processor: Processor, { connection, ...options }: WorkerOptions) {
    const { backend, concurrency, workers } = connection as unknown as WorkerSetting;
    super(
      name,
      processor,
      { ...TAKE_OVER, runRetryDelay: RETRY_DELAY_MS, concurrency, ...options, ...backend.worker() },
      backend.factory as never,
    );
    workers.add(this);
    this.on('error', (error) => this.logger.debug(`${name}: ${error.message}`));
  }

  override close(force = false): Promise<void> {
    this.stopping ??= this.inTime(super.close(force));
    return this.stopping;
  }

  /** BullMQ retries at once when this fails. Without a delay, an unavailable queue would keep the process busy. */
  protected override async moveToActive(token: string, name?: string): Promise<Job> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      if (!this.closing) await delay(RETRY_DELAY_MS);
      throw error;
    }
  }

  protected override async callProcessJob(job: Job, token: string, signal?: AbortSignal): Promise<unknown> {
    const fields = { job: `${this.name}/${job.id}` };
    const work = runWithLogFields(fields, () => super.callProcessJob(job, token, signal));
    const settled = work.catch(() => undefined);
    this.atWork.add(settled);
    return work.finally(() => this.atWork.delete(settled));
  }

  /** BullMQ waits as long as its queue is unavailable; this waits only for the jobs. */
  private async inTime(closed: Promise<void>): Promise<void> {
    const timers = new AbortController();
    const pause = (ms: number) => delay(ms, 'late' as const, { signal: timers.signal });
    const late = Promise.race([pause(DRAIN_MS), this.idle().then(() => pause(GRACE_MS))]);
    late.catch(() => undefined); // aborted below
    const outcome = await Promise.race([closed.then(() => 'closed' as const), late]);
    timers.abort();
    if (outcome === 'closed') return;
    if (this.atWork.size > 0)
      this.logger.warn(`${this.name}: left ${this.atWork.size} unfinished jobs to other workers`);
    await this.abandon();
  }

  /** Stops the timers and the connection, which retries forever. BullMQ's own `close` does this only after its wait. */
  private async abandon(): Promise<void> {
    await Promise.all([this.pause(true), this.lockManager.close()]);
    this.backend.close(true).catch((error: Error) => this.logger.debug(error.message));
  }

  private async idle(): Promise<void> {
    while (this.atWork.size > 0) await Promise.all(this.atWork);
  }
}
