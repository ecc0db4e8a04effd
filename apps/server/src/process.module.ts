import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '@waybill/config';
import { Database, WorkContext } from '@waybill/database';
import { Readiness } from '@waybill/observability';
import { ApiModule } from './api.module';
import { PlatformModule } from './platform.module';
import { WorkerModule } from './worker.module';

/** A whole process: the platform and what its role adds. */
@Module({})
export class ProcessModule {
  constructor(readiness: Readiness, database: Database) {
    readiness.require('postgresql', () => database.execute(new WorkContext(), 'SELECT 1'));
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
