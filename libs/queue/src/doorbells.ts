import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { getQueueToken } from '@nestjs/bullmq';
import type { JobsOptions, Queue } from 'bullmq';
import type { JobPayloads, QueueName } from './queues';

const MAX_RINGING = 1_000;
const RING_TIMEOUT_MS = 2_000;

/**
 * Tells workers that there is something to do. Ringing never fails and never makes its caller wait: what nobody heard,
 * because the queue was away, the sweeper finds in PostgreSQL.
 */
@Injectable()
export class Doorbells implements OnModuleDestroy {
  private readonly logger = new Logger(Doorbells.name);
  private readonly ringing = new Set<Promise<void>>();

  constructor(private readonly modules: ModuleRef) {}

  /** Adds a job. With a `jobId`, a job of that id that is still waiting or running is enough. */
  ring<Name extends QueueName>(queue: Name, payload: JobPayloads[Name], options: JobsOptions): void {
    if (this.ringing.size >= MAX_RINGING)
      return this.logger.warn(`${queue}: too many doorbells at once; left to the sweeper`);
    const ring = this.add(queue, payload, options)
      .catch((error: Error) => this.logger.warn(`${queue}: nobody heard the doorbell: ${error.message}`))
      .finally(() => this.ringing.delete(ring));
    this.ringing.add(ring);
  }

  /** Waits for what is being rung right now. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.ringing);
  }

  private async add(name: QueueName, payload: object, options: JobsOptions): Promise<void> {
    const queue = this.modules.get<Queue>(getQueueToken(name), { strict: false });
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${RING_TIMEOUT_MS} ms`)), RING_TIMEOUT_MS);
    });
    await Promise.race([queue.add(name, payload, options), timeout]).finally(() => clearTimeout(timer));
  }
}
