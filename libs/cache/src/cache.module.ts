import { createKeyv } from '@cacheable/memory';
import { type DynamicModule, Module } from '@nestjs/common';
import { CacheModule as NestCacheModule } from '@nestjs/cache-manager';

// Callers can choose keys: the bound is what keeps the memory.
const MAX_ENTRIES = 10_000;

/** The cache: in the memory of one process; the least recently used entries give way. */
@Module({})
export class CacheModule {
  static register(): DynamicModule {
    return {
      module: CacheModule,
      imports: [
        NestCacheModule.register({
          isGlobal: true,
          stores: [createKeyv({ lruSize: MAX_ENTRIES, useClone: false })],
        }),
      ],
    };
  }
}
