import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '@waybill/config';
import { TransactionContext } from '@waybill/core';
import { Database } from '@waybill/database';
import { Readiness } from '@waybill/observability';
import { ApiModule } from './api.module';
import { PlatformModule } from './platform.module';
import { WorkerModule } from './worker.module';

/** A complete process: the platform and the modules of its role. */
@Module({})
export class ProcessModule {
  constructor(readiness: Readiness, database: Database) {
    readiness.require('postgresql', () => database.execute(new TransactionContext(), 'SELECT 1'));
  }

  static register(config: Config, databaseUrl: string): DynamicModule {
    return {
      module: ProcessModule,
      imports: [
        PlatformModule.register(config, databaseUrl),
        ...(config.role === 'worker' ? [] : [ApiModule]),
        ...(config.role === 'api' ? [] : [WorkerModule]),
      ],
    };
  }
}
