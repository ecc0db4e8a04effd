import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { runWithLogFields } from '@waybill/observability';
import { type Job, type Processor, Worker, type WorkerOptions } from 'bullmq';
import type { QueueBackend } from './queue-backend';

/** A process has 10 s to stop, and other things to do in it. */
const DRAIN_MS = 7_000;
/** What BullMQ may take to note the end of the last job. */
const GRACE_MS = 1_000;

/** Who takes over from a worker that died, and how soon: within about half a minute, as often as it takes. */
const TAKE_OVER = { lockDuration: 20_000, stalledInterval: 10_000, maxStalledCount: 20 };
/** The pause after Redis or PostgreSQL refused something. */
const RETRY_DELAY_MS = 2_000;

/** What a worker needs to know of the process that it is in. */
export interface WorkerSetting {
  backend: QueueBackend;
  /** How many jobs of one queue to work on at once. */
  concurrency: number;
  workers: Set<DrainingWorker>;
}

/**
 * A BullMQ worker that finishes the jobs it has when it is closed, and that is closed in time even when its queue is gone.
 * Nest makes one for each `@Processor`, and hands it our setting where BullMQ's connection would be.
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

  /** BullMQ asks again at once when this fails: without a pause, a queue that is away would keep the process busy. */
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

  /** BullMQ waits for its queue for as long as that is away; what has to be waited for are the jobs. */
  private async inTime(closed: Promise<void>): Promise<void> {
    const timers = new AbortController();
    const pause = (ms: number) => delay(ms, 'late' as const, { signal: timers.signal });
    const late = Promise.race([pause(DRAIN_MS), this.idle().then(() => pause(GRACE_MS))]);
    late.catch(() => undefined); // aborted below
    const outcome = await Promise.race([closed.then(() => 'closed' as const), late]);
    timers.abort();
    if (outcome === 'closed') return;
    if (this.atWork.size > 0) this.logger.warn(`${this.name}: left ${this.atWork.size} jobs to others`);
    await this.abandon();
  }

  /** Ends what BullMQ's own close would have ended after its wait: timers, and a connection that is tried for ever. */
  private async abandon(): Promise<void> {
    await Promise.all([this.pause(true), this.lockManager.close()]);
    this.backend.close(true).catch((error: Error) => this.logger.debug(error.message));
  }

  private async idle(): Promise<void> {
    while (this.atWork.size > 0) await Promise.all(this.atWork);
  }
}
