import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '@waybill/audit';
import { BrokerModule } from '@waybill/broker';
import { CacheModule } from '@waybill/cache';
import { CONFIG, type Config, ConfigModule } from '@waybill/config';
import { CurrencyRateModule } from '@waybill/currency-rate';
import { DatabaseModule } from '@waybill/database';
import { LIMITS_REDIS } from '@waybill/http';
import { JobCatalogModule } from '@waybill/jobs';
import { ObservabilityModule } from '@waybill/observability';
import { QueueModule } from '@waybill/queue';
import { REDIS, RedisModule } from '@waybill/redis';
import { modules } from './modules';

/** Infrastructure that every process uses. */
@Module({})
export class PlatformModule {
  static register(config: Config, databaseUrl: string): DynamicModule {
    const { redis, worker } = config;
    const { poolSize, logSql } = config.database;
    return {
      module: PlatformModule,
      global: true,
      imports: [
        ConfigModule.register(config),
        // Every process registers all entities: purge-sessions reads the tables of modules without jobs too.
        DatabaseModule.register({ url: databaseUrl, entities: modules.entities, poolSize, logSql }),
        RedisModule.register(redis.queue),
        CacheModule.register({ redis: redis.cache, prefix: redis.prefix }),
        QueueModule.register({
          databaseUrl,
          redis: redis.queue,
          prefix: redis.prefix,
          concurrency: worker.concurrency,
        }),
        BrokerModule.register(config.broker),
        ObservabilityModule.register(config),
        JobCatalogModule.register(modules.jobs),
        AuditModule,
        CurrencyRateModule.register({ inject: [CONFIG], useFactory: ({ rates }: Config) => rates }),
      ],
      providers: [{ provide: LIMITS_REDIS, useExisting: REDIS }],
      exports: [AuditModule, CurrencyRateModule, LIMITS_REDIS],
    };
  }
}
