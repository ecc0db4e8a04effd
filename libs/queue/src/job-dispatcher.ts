import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Batcher, withTimeout } from '@waybill/core';
import { type JobsOptions, Queue } from 'bullmq';
import { QUEUE_BACKEND, type QueueBackend } from './queue-backend';
import { type JobPayloads, type QueueName, queueNames } from './queues';

/** Bounds the memory: about a minute of overload. The sweeper finds the rest. */
const MAX_PENDING_DISPATCHES = 50_000;
/** Timeout of one add. Adding a batch to the queue in PostgreSQL takes a second on a busy machine. */
const DISPATCH_TIMEOUT_MS = 5_000;
/** Jobs that are dispatched during an add form the next batch. */
const BATCHES = { maxSize: 200, concurrency: 1 };

interface Entry {
  payload: object;
  options: JobsOptions;
}

/**
 * Enqueues jobs. Dispatching never fails and never blocks its caller: if the queue is unavailable, the sweeper finds
 * the work in PostgreSQL later.
 */
@Injectable()
export class JobDispatcher implements OnApplicationShutdown {
  private readonly logger = new Logger(JobDispatcher.name);
  private readonly pending = new Set<Promise<void>>();
  private readonly queues: ReadonlyMap<QueueName, Queue>;
  private readonly batchers: ReadonlyMap<QueueName, Batcher<Entry, void>>;
  private available = true;

  constructor(@Inject(QUEUE_BACKEND) { producer, factory }: QueueBackend) {
    this.queues = new Map(queueNames.map((name) => [name, new Queue(name, producer, factory as never)]));
    this.batchers = new Map(
      queueNames.map((name) => [name, new Batcher((entries: Entry[]) => this.add(name, entries), BATCHES)]),
    );
    for (const [name, queue] of this.queues)
      queue.on('error', (error) => this.logger.debug(`${name}: ${error.message}`));
  }

  /** Adds a job. With a `jobId`, does nothing if a job with that ID is waiting or running. */
  dispatch<Name extends QueueName>(queue: Name, payload: JobPayloads[Name], options: JobsOptions): void {
    if (this.pending.size >= MAX_PENDING_DISPATCHES)
      return this.reportUnavailable(queue, `${MAX_PENDING_DISPATCHES} jobs are being enqueued already`);
    const work = this.batchers
      .get(queue)!
      .add({ payload, options })
      .then(
        () => this.reportAvailable(queue),
        (error: Error) => this.reportUnavailable(queue, error.message),
      )
      .finally(() => this.pending.delete(work));
    this.pending.add(work);
  }

  /** Waits until every queue is reachable. */
  async ready(): Promise<void> {
    await Promise.all(Array.from(this.queues.values(), (queue) => queue.waitUntilReady()));
  }

  /**
   * Adds many jobs at once and waits for the queue to accept them, so that sweeps do not outrun the queue.
   * @returns whether the queue accepted them.
   */
  async dispatchAll<Name extends QueueName>(
    queue: Name,
    entries: { payload: JobPayloads[Name]; options: JobsOptions }[],
  ): Promise<boolean> {
    try {
      await this.add(queue, entries);
      this.reportAvailable(queue);
      return true;
    } catch (error) {
      this.reportUnavailable(queue, (error as Error).message);
      return false;
    }
  }

  /** Waits for all dispatched jobs, but no longer than the timeout of one add. The sweeper finds the rest. */
  async settled(): Promise<void> {
    await withTimeout(Promise.all(this.pending), DISPATCH_TIMEOUT_MS).catch((error: Error) =>
      this.logger.warn(`${this.pending.size} jobs not enqueued: ${error.message}`),
    );
  }

  /** Counts the unfinished jobs of each queue, by state. @throws Error if the queue is unavailable. */
  async countJobs(): Promise<{ queue: QueueName; state: string; count: number }[]> {
    const counts = await Promise.all(
      Array.from(this.queues, async ([name, queue]) =>
        Object.entries(await queue.getJobCounts('waiting', 'active', 'delayed')).map(([state, count]) => ({
          queue: name,
          state,
          count,
        })),
      ),
    );
    return counts.flat();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.settled();
    await Promise.all(Array.from(this.queues.values(), (queue) => queue.close()));
  }

  private async add(name: QueueName, entries: Entry[]): Promise<void[]> {
    const jobs = entries.map(({ payload, options }) => ({ name, data: payload, opts: options }));
    await withTimeout(this.queues.get(name)!.addBulk(jobs), DISPATCH_TIMEOUT_MS);
    return [];
  }

  // Logs an unavailable queue once, not once per job.
  private reportUnavailable(queue: QueueName, reason: string): void {
    if (this.available) this.logger.warn(`${queue}: queue unavailable; job not enqueued: ${reason}`);
    this.available = false;
  }

  private reportAvailable(queue: QueueName): void {
    if (!this.available) this.logger.log(`${queue}: queue available again`);
    this.available = true;
  }
}
