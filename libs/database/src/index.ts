export { Columns, columnsOf, computed, type RowOf, type Statement, statement, value } from './columns';
export { type DatabaseOptions, dataSourceOptions, migrate, type Schema } from './data-source';
export { Database } from './database';
export { DatabaseModule } from './database.module';
export { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/embedded-postgres';
export { EmbeddedPostgresError } from './embedded/embedded-postgres.error';
export { runningEmbeddedPostgres } from './embedded/running';
export { SteadyClient } from './steady-client';
export { WorkContext } from './work-context';
