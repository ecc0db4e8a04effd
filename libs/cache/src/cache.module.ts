import { createKeyv } from '@cacheable/memory';
import { type DynamicModule, Module } from '@nestjs/common';
import { CacheModule as NestCacheModule } from '@nestjs/cache-manager';
import type { RedisAddress } from '@waybill/config';
import { type CacheManagerStore, KeyvAdapter } from 'cache-manager';
import { Keyv } from 'keyv';

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

/**
 * cache-manager's `Cache`, in Redis or in the memory of this process. In memory, the least recently used entries are
 * evicted. Values must be serialisable as JSON. Never change a value after reading it.
 */
@Module({})
export class CacheModule {
  static register(options: CacheOptions): DynamicModule {
    return {
      module: CacheModule,
      imports: [
        NestCacheModule.registerAsync({
          isGlobal: true,
          useFactory: () => ({ stores: [storeFor(options)], ttl: DEFAULT_TTL_MS }),
        }),
      ],
    };
  }
}

function storeFor({ redis, prefix }: CacheOptions): Keyv {
  if (!redis) return createKeyv({ lruSize: MAX_ENTRIES, useClone: false });
  const namespace = `${prefix}:cache:${ENCODING}`;
  // Loaded on demand: a process without Redis saves 28 MB.
  const { RedisStore } = require('./redis-store') as typeof import('./redis-store');
  const store = new RedisStore({ address: redis, namespace, maxTtlMs: MAX_TTL_MS });
  return new Keyv({
    store: new KeyvAdapter(store as unknown as CacheManagerStore),
    namespace,
    // The store encodes values itself.
    serialize: undefined,
    deserialize: undefined,
  });
}
