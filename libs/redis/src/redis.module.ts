import {
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type { RedisAddress } from '@waybill/config';
import { connectRedis, isConnected, type RedisClient } from './redis-client';

/** Injection token of the process's fail-fast `RedisClient`; undefined without a configured Redis. */
export const REDIS = Symbol('REDIS');

const FIRST_CONNECTION_MS = 2_000;

/** One connection to Redis for all short commands of the process. */
@Module({})
export class RedisModule implements OnModuleInit, OnApplicationShutdown {
  constructor(@Inject(REDIS) private readonly client: RedisClient | undefined) {}

  static register(address: RedisAddress | undefined): DynamicModule {
    return {
      module: RedisModule,
      global: true,
      providers: [{ provide: REDIS, useFactory: () => address && connectRedis(address, 'failFast') }],
      exports: [REDIS],
    };
  }

  /** Waits a limited time for Redis, so that the first commands succeed. The process starts without Redis too. */
  async onModuleInit(): Promise<void> {
    if (this.client) await isConnected(this.client, FIRST_CONNECTION_MS);
  }

  onApplicationShutdown(): void {
    this.client?.disconnect();
  }
}
