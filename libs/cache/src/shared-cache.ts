import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Batcher } from '@waybill/core';
import type { BoundedRedis } from './bounded-redis';

/** Maximum age of a value. Also the longest wait of `invalidate`, so a longer one would slow down writes in an outage. */
const LIFETIME_MS = 2_000;
const RETRY_MS = 100;
/** Keys that one call deletes at the same time. */
const DELETED_AT_ONCE = 100;

const [VALUE, LEASE] = ['v', 'l'];

// Returns what is stored. If nothing is, stores the lease of this reader.
const READ_OR_LEASE = `
  local stored = redis.call('GET', KEYS[1])
  if stored then return stored end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return false`;

// Replaces the lease of this reader by the value. Keeps the expiry, so that a value is never older than its lease.
const FILL = `
  if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL') end
  return 1`;

const DELETE = `return redis.call('DEL', KEYS[1])`;

export interface SharedCacheOptions {
  /** Prefix of every key. */
  namespace: string;
  lifetimeMs?: number;
}

/** What a reader finds: a value, nothing but a lease of its own, or neither. */
interface LookUp {
  value?: string;
  lease?: string;
}

/**
 * Values that all processes share in Redis: once `invalidate` has returned, no process reads an older value. Without
 * Redis, nothing is cached, because the memory of one process can't be invalidated by another.
 *
 * A reader that finds nothing leaves a lease, loads the value, and stores it only if its lease is still there. An
 * invalidation deletes the lease too, so a reader that began before a write cannot store the old value after it.
 */
export class SharedCache {
  private readonly logger = new Logger('Cache');
  private readonly lifetimeMs: number;
  private readonly reader = `${LEASE}${randomUUID()}:`;
  private leases = 0;
  // Concurrent readers of a key share a command that is sent after all of them have asked.
  private readonly lookUpBatcher = new Batcher((keys: string[]) => this.lookUpAll(keys), {
    maxSize: 100,
    concurrency: 2,
  });

  constructor(
    private readonly redis: BoundedRedis | undefined,
    private readonly options: SharedCacheOptions,
  ) {
    this.lifetimeMs = options.lifetimeMs ?? LIFETIME_MS;
  }

  /**
   * Returns the cached value, or loads and caches it. Does not cache undefined.
   * @param load reads the value from PostgreSQL. It must be serialisable as JSON. Never call this inside a transaction:
   *   it could load what is not committed.
   */
  async get<T>(key: string, load: () => Promise<T | undefined>): Promise<T | undefined> {
    const { redis } = this;
    if (!redis) return load();
    const { value: cached, lease } = await this.lookUpBatcher.add(key);
    if (cached !== undefined) return JSON.parse(cached) as T;
    const value = await load();
    // The caller does not wait for it. If it fails, the next reader finds the lease until it expires.
    if (lease && value !== undefined)
      void this.script(redis, FILL, key, lease, VALUE + JSON.stringify(value)).catch(() => undefined);
    return value;
  }

  /**
   * Removes values. Call this after the commit and before the reply. While Redis is unavailable, this waits until
   * everything that was stored before has expired.
   */
  async invalidate(keys: readonly string[]): Promise<void> {
    const { redis } = this;
    if (!redis) return;
    // Clocks may differ in speed.
    const expired = performance.now() + this.lifetimeMs * 1.1;
    let left = await this.delete(redis, keys);
    if (left.length > 0) this.logger.warn(`could not invalidate ${left.length} entries: waiting for expiry`);
    while (left.length > 0 && performance.now() < expired) {
      await delay(RETRY_MS);
      left = await this.delete(redis, left);
    }
  }

  /** @returns the keys that could not be deleted. */
  private async delete(redis: BoundedRedis, keys: readonly string[]): Promise<readonly string[]> {
    const left: string[] = [];
    for (let at = 0; at < keys.length; at += DELETED_AT_ONCE) {
      const deletions = keys
        .slice(at, at + DELETED_AT_ONCE)
        .map((key) => this.script(redis, DELETE, key).catch(() => left.push(key)));
      await Promise.all(deletions);
    }
    return left;
  }

  private lookUpAll(keys: readonly string[]): Promise<LookUp[]> {
    const lookUps = new Map<string, Promise<LookUp>>();
    for (const key of keys) if (!lookUps.has(key)) lookUps.set(key, this.lookUp(key));
    return Promise.all(keys.map((key) => lookUps.get(key) as Promise<LookUp>));
  }

  private async lookUp(key: string): Promise<LookUp> {
    const lease = `${this.reader}${(this.leases += 1)}`;
    try {
      const parameters = [lease, String(this.lifetimeMs)];
      const stored = await this.script(this.redis as BoundedRedis, READ_OR_LEASE, key, ...parameters);
      if (typeof stored !== 'string') return { lease };
      return stored.startsWith(VALUE) ? { value: stored.slice(VALUE.length) } : {};
    } catch {
      return {};
    }
  }

  private script(redis: BoundedRedis, text: string, key: string, ...parameters: string[]): Promise<unknown> {
    return redis.run((connection) => connection.script(text, `${this.options.namespace}:${key}`, parameters));
  }
}
