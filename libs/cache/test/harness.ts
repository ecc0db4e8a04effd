import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadConfig } from '@waybill/config';
import type { Cache } from 'cache-manager';
import { CacheModule } from '../src';

export interface CacheProcess {
  cache: Cache;
  warnings: string[];
  close(): Promise<void>;
}

/** Starts the cache as one process of the fleet does. */
export async function startCache(redisUrl: string | undefined, prefix: string): Promise<CacheProcess> {
  const { redis } = loadConfig('all', { CACHE_REDIS_URL: redisUrl, REDIS_PREFIX: prefix });
  @Module({ imports: [CacheModule.register({ redis: redis.cache, prefix: redis.prefix })] })
  class TestModule {}
  const warnings: string[] = [];
  const note = (message: string) => void warnings.push(message);
  const silent = () => undefined;
  const app = await NestFactory.createApplicationContext(TestModule, {
    logger: { log: silent, warn: note, error: note, fatal: note },
    abortOnError: false,
  });
  return { cache: app.get(CACHE_MANAGER), warnings, close: () => app.close() };
}
