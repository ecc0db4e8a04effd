import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '@waybill/audit';
import { CacheModule } from '@waybill/cache';
import { CONFIG, type Config, ConfigModule } from '@waybill/config';
import { CurrencyRateModule } from '@waybill/currency-rate';
import { DatabaseModule } from '@waybill/database';
import { ObservabilityModule } from '@waybill/observability';
import { QueueModule } from '@waybill/queue';
import { schema } from './schema';

/** What both sorts of processes stand on. */
@Module({})
export class PlatformModule {
  static register(config: Config, databaseUrl: string): DynamicModule {
    const { poolSize, logSql } = config.database;
    return {
      module: PlatformModule,
      global: true,
      imports: [
        ConfigModule.register(config),
        DatabaseModule.register({ ...schema, url: databaseUrl, poolSize, logSql }),
        CacheModule.register(),
        QueueModule.register({ databaseUrl }),
        ObservabilityModule.register(config),
        AuditModule,
        CurrencyRateModule.register({ inject: [CONFIG], useFactory: ({ rates }: Config) => rates }),
      ],
      exports: [AuditModule, CurrencyRateModule],
    };
  }
}
