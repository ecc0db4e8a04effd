export { Columns, columnsOf, computed, type RowOf, type Statement, statement, value } from './columns';
export { type DatabaseOptions, dataSourceOptions, migrate, type Schema } from './data-source';
export { Database } from './database';
export { isDeadlock, isInvalidData, isRefusal, violates } from './refusals';
export { DatabaseModule } from './database.module';
export { DatabaseUnreachableError } from './database-unreachable.error';
export { PgClient } from './pg-client';
export { OwnerId } from './owner-id';
export { OwnerTables } from './owner-tables';
