import { createKeyv } from '@cacheable/memory';
import { type DynamicModule, Module } from '@nestjs/common';
import { CacheModule as NestCacheModule } from '@nestjs/cache-manager';
import type { RedisAddress } from '@waybill/config';
import { type CacheManagerStore, KeyvAdapter } from 'cache-manager';
import { Keyv } from 'keyv';

export interface CacheOptions {
  /** The Redis that processes share their cache on; without one, each has its own in memory. */
  redis: RedisAddress | undefined;
  /** What its keys in Redis begin with. */
  prefix: string;
}

// Callers can choose keys: the bound is what keeps the memory.
const MAX_ENTRIES = 10_000;
const DEFAULT_TTL_MS = 3_600_000;
const MAX_TTL_MS = 48 * 3_600_000;
/** Raise it when the way in which entries are encoded changes. */
const ENCODING = 'v1';

/**
 * The cache, as cache-manager's `Cache`: in Redis, or in the memory of one process, where the least recently used entries
 * give way. Values are what JSON can say, and are not to be changed once they are read.
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
  // 28 MB that a process without Redis does not need.
  const { RedisStore } = require('./redis-store') as typeof import('./redis-store');
  const store = new RedisStore({ address: redis, namespace, maxTtlMs: MAX_TTL_MS });
  return new Keyv({
    store: new KeyvAdapter(store as unknown as CacheManagerStore),
    namespace,
    // The store encodes already.
    serialize: undefined,
    deserialize: undefined,
  });
}
