import {
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type { RedisAddress } from '@waybill/config';
import { connectRedis, isConnected, type RedisClient } from './redis-client';

/** The injection token of the process's fail-fast `RedisClient`; undefined where no Redis is configured. */
export const REDIS = Symbol('REDIS');

const FIRST_CONNECTION_MS = 2_000;

/** One connection to Redis for all short commands of a process. */
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

  /** What a process sends at its start should arrive; but without Redis it starts too. */
  async onModuleInit(): Promise<void> {
    if (this.client) await isConnected(this.client, FIRST_CONNECTION_MS);
  }

  onApplicationShutdown(): void {
    this.client?.disconnect();
  }
}
