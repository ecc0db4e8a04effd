import { createKeyv } from '@cacheable/memory';
import { type DynamicModule, Module } from '@nestjs/common';
import { CacheModule as NestCacheModule } from '@nestjs/cache-manager';
import type { RedisAddress } from '@waybill/config';
import { type CacheManagerStore, KeyvAdapter } from 'cache-manager';
import { Keyv } from 'keyv';
import { BoundedRedis } from './bounded-redis';
import { RedisStore } from './redis-store';
import { SharedCache } from './shared-cache';

export interface CacheOptions {
  /** Redis that all processes share the cache in. Without it, each process caches in its own memory. */
  redis: RedisAddress | undefined;
  /** Prefix of the keys in Redis. */
  prefix: string;
}

// Limits the memory, because callers can choose keys.
const MAX_ENTRIES = 10_000;
const DEFAULT_TTL_MS = 3_600_000;
const MAX_TTL_MS = 48 * 3_600_000;
/** Increase this when the encoding of entries changes. */
const ENCODING = 'v1';

/** The Redis of the cache; undefined without one. */
const CACHE_REDIS = Symbol('CACHE_REDIS');

/**
 * cache-manager's `Cache`, in Redis or in the memory of this process. In memory, the least recently used entries are
 * evicted. Values must be serialisable as JSON. Never change a value after reading it. Also offers `SharedCache`, for
 * values that change.
 */
@Module({})
export class CacheModule {
  static register(options: CacheOptions): DynamicModule {
    const namespace = `${options.prefix}:cache:${ENCODING}`;
    const redis = redisModule(options);
    return {
      module: CacheModule,
      global: true,
      imports: [
        redis,
        NestCacheModule.registerAsync({
          isGlobal: true,
          imports: [redis],
          inject: [CACHE_REDIS],
          useFactory: (shared?: BoundedRedis) => ({
            stores: [storeFor(shared, namespace)],
            ttl: DEFAULT_TTL_MS,
          }),
        }),
      ],
      providers: [
        {
          provide: SharedCache,
          inject: [CACHE_REDIS],
          useFactory: (shared?: BoundedRedis) => new SharedCache(shared, { namespace }),
        },
      ],
      exports: [SharedCache],
    };
  }
}

@Module({})
class CacheRedisModule {}

/** One connection serves both caches. The store of cache-manager closes it. */
function redisModule({ redis }: CacheOptions): DynamicModule {
  const connect = () => {
    if (!redis) return undefined;
    // Loaded on demand: a process without Redis saves 28 MB.
    const { connectToCache } = require('./redis-connection') as typeof import('./redis-connection');
    return new BoundedRedis(connectToCache(redis));
  };
  return {
    module: CacheRedisModule,
    providers: [{ provide: CACHE_REDIS, useFactory: connect }],
    exports: [CACHE_REDIS],
  };
}

function storeFor(redis: BoundedRedis | undefined, namespace: string): Keyv {
  if (!redis) return createKeyv({ lruSize: MAX_ENTRIES, useClone: false });
  const store = new RedisStore({ redis, namespace, maxTtlMs: MAX_TTL_MS });
  return new Keyv({
    store: new KeyvAdapter(store as unknown as CacheManagerStore),
    namespace,
    // The store encodes values itself.
    serialize: undefined,
    deserialize: undefined,
  });
}
