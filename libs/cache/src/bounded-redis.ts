import { Logger } from '@nestjs/common';
import { TimeoutError, withTimeout } from '@waybill/core';
import type { RedisConnection } from './redis-connection';

/** A hit that takes longer costs more than a miss. */
export const OPERATION_TIMEOUT_MS = 500;
/** Pause after a timeout, so that not every caller waits for a Redis that does not answer. */
const REST_MS = 1_000;
/** Maximum number of commands in flight, including those that timed out but may still be running. */
const MAX_UNDER_WAY = 1_000;

/** The command was not sent: Redis is unavailable, or too many commands are in flight. */
class NotSentError extends Error {}

/** Runs commands on the Redis of the cache. A command fails soon while Redis is unavailable. */
export class BoundedRedis {
  private readonly logger = new Logger('Cache');
  private underWay = 0;
  private restsUntil = 0;

  constructor(readonly connection: RedisConnection) {}

  /**
   * @param command returns undefined if there is no connection yet.
   * @throws Error if Redis is unavailable, refuses the command or does not answer in time. The command may still run.
   */
  async run<T>(command: (connection: RedisConnection) => Promise<T> | undefined): Promise<T> {
    if (this.underWay >= MAX_UNDER_WAY || Date.now() < this.restsUntil) throw new NotSentError('Redis rests');
    const running = command(this.connection);
    if (!running) throw new NotSentError('Redis is not connected');
    this.underWay += 1;
    const answer = running.finally(() => (this.underWay -= 1));
    try {
      return await withTimeout(answer, OPERATION_TIMEOUT_MS);
    } catch (error) {
      if (error instanceof TimeoutError) this.restsUntil = Date.now() + REST_MS;
      this.logger.debug((error as Error).message);
      this.connection.failed();
      throw error;
    }
  }
}
