import { Logger } from '@nestjs/common';
import type { RedisAddress } from '@waybill/config';
import { TimeoutError, withTimeout } from '@waybill/core';
import type { CacheManagerStore } from 'cache-manager';
import { connectToCache, type RedisConnection, type SingleKeyStore } from './redis-connection';

/** A hit that takes longer costs more than a miss. */
const OPERATION_TIMEOUT_MS = 500;
/** Pause after a timeout, so that not every caller waits for a Redis that does not answer. */
const PAUSE_MS = 1_000;
/** Maximum number of commands in flight, including those that timed out but may still be running. */
const MAX_IN_FLIGHT = 1_000;
const SCAN_COUNT = 500;

export interface RedisStoreOptions {
  address: RedisAddress;
  /** Prefix of every key. */
  namespace: string;
  /** Maximum TTL; longer ones are cut to it. */
  maxTtlMs: number;
}

/**
 * A cache-manager store on Redis or a Redis Cluster that never throws and never blocks its caller: while Redis is
 * unavailable, every read misses and writes do nothing.
 */
export class RedisStore implements Omit<CacheManagerStore, 'mset' | 'ttl' | 'keys'> {
  readonly name = 'redis';
  private readonly logger = new Logger('Cache');
  private readonly connection: RedisConnection;
  private inFlight = 0;
  private pausedUntil = 0;

  constructor(private readonly options: RedisStoreOptions) {
    this.connection = connectToCache(options.address);
  }

  get(key: string): Promise<unknown> {
    return this.attempt((store) => store.get(key));
  }

  async set(key: string, value: unknown, ttl?: number): Promise<void> {
    const { maxTtlMs } = this.options;
    const kept = Math.ceil(Math.min(ttl ?? maxTtlMs, maxTtlMs));
    await this.attempt((store) => store.set(key, value, kept));
  }

  async del(key: string): Promise<void> {
    await this.attempt((store) => store.del(key));
  }

  /** Sends one command per key: on a cluster, keys may be on different nodes. */
  mget(...keys: string[]): Promise<unknown[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  async mdel(...keys: string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.del(key)));
  }

  /** Deletes only the keys in the namespace; never flushes, because others may share the Redis. */
  async reset(): Promise<void> {
    try {
      for (const master of await withTimeout(this.connection.masters(), OPERATION_TIMEOUT_MS)) {
        let cursor = 0;
        do {
          const page = await withTimeout(
            master.scan(cursor, { MATCH: `${this.options.namespace}:*`, COUNT: SCAN_COUNT }),
            OPERATION_TIMEOUT_MS,
          );
          const removed = Promise.all(page.keys.map((key) => master.unlink(key)));
          await withTimeout(removed, OPERATION_TIMEOUT_MS);
          cursor = page.cursor;
        } while (cursor !== 0);
      }
    } catch (error) {
      this.logger.warn(`could not clear the cache: ${(error as Error).message}`);
    }
  }

  disconnect(): Promise<void> {
    return this.connection.close();
  }

  private async attempt<T>(operation: (store: SingleKeyStore) => Promise<T>): Promise<T | undefined> {
    const store = this.connection.store();
    if (!store || this.inFlight >= MAX_IN_FLIGHT || Date.now() < this.pausedUntil) return undefined;
    this.inFlight += 1;
    const answer = operation(store).finally(() => (this.inFlight -= 1));
    try {
      return await withTimeout(answer, OPERATION_TIMEOUT_MS);
    } catch (error) {
      if (error instanceof TimeoutError) this.pausedUntil = Date.now() + PAUSE_MS;
      this.logger.debug((error as Error).message);
      this.connection.failed();
      return undefined;
    }
  }
}
