import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { DatabaseUnreachableError } from './database-unreachable.error';
import { PgClient } from './pg-client';
import { SnakeNaming } from './snake-naming';
import { SqlLogger } from './sql-logger';

/**
 * Tables of a module or a lib: their entities, and the migrations that create them. Migrations run in the order of
 * their timestamps.
 */
export interface Schema {
  entities: (new () => object)[];
  migrations: (new () => MigrationInterface)[];
}

/** Options of a data source. In the application, the modules add their entities by `forFeature`. */
export interface DatabaseOptions extends Partial<Schema> {
  url: string;
  poolSize: number;
  logSql: boolean;
}

/** Returns the options of the data source. Statements, locks and connections all have timeouts. */
export function dataSourceOptions({
  url,
  entities = [],
  migrations = [],
  poolSize,
  logSql,
}: DatabaseOptions): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities,
    migrations,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    namingStrategy: new SnakeNaming(),
    synchronize: false,
    logging: logSql,
    // TypeORM passes all messages to a custom logger, even if `logging` is false.
    ...(logSql && { logger: new SqlLogger() }),
    poolSize,
    applicationName: 'waybill',
    extra: {
      Client: PgClient,
      connectionTimeoutMillis: 5_000,
      // Client-side timeout for a server that does not respond. PostgreSQL's own limits are shorter.
      query_timeout: 20_000,
      keepAlive: true,
      statement_timeout: 15_000,
      lock_timeout: 10_000,
      idle_in_transaction_session_timeout: 30_000,
    },
  };
}

const MIGRATION_WAIT = '10min';

/**
 * Migrates a database to the latest schema. Several processes may call this at the same time: one takes an advisory
 * lock and migrates, and the others wait for at most ten minutes.
 * @throws DatabaseUnreachableError
 */
export async function migrate({
  url,
  migrations,
}: Pick<Schema, 'migrations'> & { url: string }): Promise<void> {
  const options = dataSourceOptions({ url, migrations, poolSize: 2, logSql: false });
  // Migrations have no statement timeout.
  const dataSource = new DataSource({
    ...options,
    extra: { Client: PgClient, connectionTimeoutMillis: 5_000 },
  } as DataSourceOptions);
  await dataSource.initialize().catch((cause: Error) => {
    throw new DatabaseUnreachableError(url, cause);
  });
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query(`SET lock_timeout = '${MIGRATION_WAIT}'`);
    await lock.query(`SELECT pg_advisory_lock(hashtext('waybill:migrations'))`);
    await dataSource.runMigrations();
  } finally {
    await lock.release();
    await dataSource.destroy();
  }
}
