import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type JobsOptions, Queue } from 'bullmq';
import { QUEUE_BACKEND, type QueueBackend } from './queue-backend';
import { type JobPayloads, type QueueName, queueNames } from './queues';

const MAX_RINGING = 1_000;
const RING_TIMEOUT_MS = 2_000;

/**
 * Tells workers that there is something to do. Ringing never fails and never makes its caller wait: what nobody heard,
 * because the queue was away, the sweeper finds in PostgreSQL.
 */
@Injectable()
export class Doorbells implements OnApplicationShutdown {
  private readonly logger = new Logger(Doorbells.name);
  private readonly ringing = new Set<Promise<void>>();
  private readonly queues: ReadonlyMap<QueueName, Queue>;
  private heard = true;

  constructor(@Inject(QUEUE_BACKEND) { producer, factory }: QueueBackend) {
    this.queues = new Map(queueNames.map((name) => [name, new Queue(name, producer, factory as never)]));
    for (const [name, queue] of this.queues)
      queue.on('error', (error) => this.logger.debug(`${name}: ${error.message}`));
  }

  /** Adds a job. With a `jobId`, a job of that id that is still waiting or running is enough. */
  ring<Name extends QueueName>(queue: Name, payload: JobPayloads[Name], options: JobsOptions): void {
    if (this.ringing.size >= MAX_RINGING) return this.missed(queue, `${MAX_RINGING} are ringing already`);
    const ring = this.add(queue, payload, options)
      .then(
        () => this.reached(queue),
        (error: Error) => this.missed(queue, error.message),
      )
      .finally(() => this.ringing.delete(ring));
    this.ringing.add(ring);
  }

  /** Waits until every queue can be reached. */
  async ready(): Promise<void> {
    await Promise.all(Array.from(this.queues.values(), (queue) => queue.waitUntilReady()));
  }

  /**
   * Adds many jobs at once, and waits until they are there: what sweeps must not run ahead of the queue.
   * @returns whether they were heard.
   */
  async ringAll<Name extends QueueName>(
    queue: Name,
    bells: { payload: JobPayloads[Name]; options: JobsOptions }[],
  ): Promise<boolean> {
    try {
      const jobs = bells.map(({ payload, options }) => ({ name: queue, data: payload, opts: options }));
      await inTime(this.queues.get(queue)!.addBulk(jobs));
      this.reached(queue);
      return true;
    } catch (error) {
      this.missed(queue, (error as Error).message);
      return false;
    }
  }

  /** Waits for what is being rung right now, at most as long as one ring may take; for who rings often. */
  async settled(): Promise<void> {
    await Promise.all(this.ringing);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.settled();
    await Promise.all(Array.from(this.queues.values(), (queue) => queue.close()));
  }

  private async add(name: QueueName, payload: object, options: JobsOptions): Promise<void> {
    await inTime(this.queues.get(name)!.add(name, payload, options));
  }

  // A queue that is away is one line in the log, not one a doorbell.
  private missed(queue: QueueName, reason: string): void {
    if (this.heard) this.logger.warn(`${queue}: nobody hears the doorbell: ${reason}`);
    this.heard = false;
  }

  private reached(queue: QueueName): void {
    if (!this.heard) this.logger.log(`${queue}: the doorbell is heard again`);
    this.heard = true;
  }
}

async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${RING_TIMEOUT_MS} ms`)), RING_TIMEOUT_MS);
  });
  await Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
