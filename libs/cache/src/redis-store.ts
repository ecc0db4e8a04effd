import { Logger } from '@nestjs/common';
import { withTimeout } from '@waybill/core';
import type { CacheManagerStore } from 'cache-manager';
import { type BoundedRedis, OPERATION_TIMEOUT_MS } from './bounded-redis';
import type { SingleKeyStore } from './redis-connection';

const SCAN_COUNT = 500;

export interface RedisStoreOptions {
  redis: BoundedRedis;
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

  constructor(private readonly options: RedisStoreOptions) {}

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

  private get connection() {
    return this.options.redis.connection;
  }

  private attempt<T>(operation: (store: SingleKeyStore) => Promise<T>): Promise<T | undefined> {
    return this.options.redis
      .run((connection) => {
        const store = connection.store();
        return store && operation(store);
      })
      .catch(() => undefined);
  }
}
