import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { DatabaseUnreachableError } from './database-unreachable.error';
import { PgClient } from './pg-client';
import { SnakeNaming } from './snake-naming';
import { SqlLogger } from './sql-logger';

/** The tables of a module or a lib: their entities, and the migrations that make them, which run in the order of their timestamps. */
export interface Schema {
  entities: (new () => object)[];
  migrations: (new () => MigrationInterface)[];
}

/** A data source knows the entities that it is given; an application's, those that its modules hand to `forFeature`. */
export interface DatabaseOptions extends Partial<Schema> {
  url: string;
  poolSize: number;
  logSql: boolean;
}

/** The options of the one data source. No statement, lock or connection is waited for without an end. */
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
    // A logger of our own is told everything, whatever `logging` says.
    ...(logSql && { logger: new SqlLogger() }),
    poolSize,
    applicationName: 'waybill',
    extra: {
      Client: PgClient,
      connectionTimeoutMillis: 5_000,
      // Of ours, for a server that does not answer at all; PostgreSQL's own limits come first.
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
 * Brings a database to the newest schema. Any number of processes may call it at once: an advisory lock lets one work
 * while the others wait for it, ten minutes at most.
 * @throws DatabaseUnreachableError
 */
export async function migrate({
  url,
  migrations,
}: Pick<Schema, 'migrations'> & { url: string }): Promise<void> {
  const options = dataSourceOptions({ url, migrations, poolSize: 2, logSql: false });
  // A migration may run for as long as it takes.
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
