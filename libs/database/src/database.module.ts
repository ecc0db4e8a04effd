import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type DatabaseOptions, dataSourceOptions } from './data-source';
import { Database } from './database';
import { OwnerTables } from './owner-tables';

/**
 * Connects to PostgreSQL and provides `Database` everywhere. Each module registers its entities with
 * `TypeOrmModule.forFeature`.
 */
@Module({})
export class DatabaseModule {
  static register(options: DatabaseOptions): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRoot({
          ...dataSourceOptions(options),
          autoLoadEntities: true,
          retryAttempts: 10,
          retryDelay: 1_000,
        }),
      ],
      providers: [Database, OwnerTables],
      exports: [Database, OwnerTables],
    };
  }
}
