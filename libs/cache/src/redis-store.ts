import { Logger } from '@nestjs/common';
import type { RedisAddress } from '@waybill/config';
import { TimeoutError, withTimeout } from '@waybill/core';
import type { CacheManagerStore } from 'cache-manager';
import { connectToCache, type RedisConnection, type SingleKeyStore } from './redis-connection';

/** A hit that takes longer is dearer than a miss. */
const OPERATION_TIMEOUT_MS = 500;
/** For how long Redis is left alone when it did not answer in time: everybody else would wait as long. */
const REST_MS = 1_000;
/** Commands that are waited for, and those that were given up and may still be under way. */
const MAX_UNDER_WAY = 1_000;
const SCAN_COUNT = 500;

export interface RedisStoreOptions {
  address: RedisAddress;
  /** What every key begins with. */
  namespace: string;
  /** No entry is kept for longer, whatever is asked for. */
  maxTtlMs: number;
}

/**
 * A store of cache-manager on Redis or a Redis Cluster that never throws and never keeps anybody waiting: while Redis is
 * away, nothing is found and nothing is kept.
 */
export class RedisStore implements Omit<CacheManagerStore, 'mset' | 'ttl' | 'keys'> {
  readonly name = 'redis';
  private readonly logger = new Logger('Cache');
  private readonly connection: RedisConnection;
  private underWay = 0;
  private restsUntil = 0;

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

  /** One command a key: on a cluster they may be anywhere. */
  mget(...keys: string[]): Promise<unknown[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  async mdel(...keys: string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.del(key)));
  }

  /** Removes our own keys. The Redis may be somebody else's too, so nothing is ever flushed. */
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
      this.logger.warn(`The cache could not be emptied: ${(error as Error).message}`);
    }
  }

  disconnect(): Promise<void> {
    return this.connection.close();
  }

  private async attempt<T>(operation: (store: SingleKeyStore) => Promise<T>): Promise<T | undefined> {
    const store = this.connection.store();
    if (!store || this.underWay >= MAX_UNDER_WAY || Date.now() < this.restsUntil) return undefined;
    this.underWay += 1;
    const answer = operation(store).finally(() => (this.underWay -= 1));
    try {
      return await withTimeout(answer, OPERATION_TIMEOUT_MS);
    } catch (error) {
      if (error instanceof TimeoutError) this.restsUntil = Date.now() + REST_MS;
      this.logger.debug((error as Error).message);
      this.connection.failed();
      return undefined;
    }
  }
}
