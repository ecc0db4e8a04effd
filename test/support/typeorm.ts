import { Database, dataSourceOptions, type Schema } from '@waybill/database';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createTestDatabase } from './database';
import { later } from './later';
import { type OnClose, useClosers, type UseDatabaseOptions } from './use-database';

/** A database for tests of services and repositories. */
export interface OpenDatabase {
  url: string;
  dataSource: DataSource;
  database: Database;
  close(): Promise<void>;
}

export interface OpenDatabaseOptions extends UseDatabaseOptions {
  poolSize?: number;
  /** Whether the database has only the tables of the schema. */
  alone?: boolean;
}

/** Creates and opens a migrated database with the entities of a schema. */
export async function openTestDatabase(
  schema: Partial<Schema> = {},
  { on, poolSize = 5, alone = false }: OpenDatabaseOptions = {},
): Promise<OpenDatabase> {
  const clone = await createTestDatabase({ on });
  const options = dataSourceOptions({ ...schema, url: clone.url, poolSize, logSql: false });
  const dataSource = await new DataSource(options as DataSourceOptions).initialize();
  if (alone) await rebuild(dataSource);
  return {
    url: clone.url,
    dataSource,
    database: new Database(dataSource),
    close: async () => {
      await dataSource.destroy();
      await clone.drop();
    },
  };
}

/** Drops everything, and runs the data source's own migrations. */
export async function rebuild(dataSource: DataSource): Promise<void> {
  await dataSource.query('DROP SCHEMA public CASCADE');
  await dataSource.query('CREATE SCHEMA public');
  await dataSource.runMigrations();
}

/** Creates a database for the enclosing `describe`, and drops it at the end. */
export function useTypeOrm(
  schema: Partial<Schema> = {},
  { per = 'suite', ...options }: OpenDatabaseOptions = {},
): { dataSource: DataSource; database: Database; onClose: OnClose } {
  const [dataSource, database] = [later<DataSource>('The data source'), later<Database>('The database')];
  const onClose = useClosers(per);
  (per === 'test' ? beforeEach : beforeAll)(async () => {
    const opened = await openTestDatabase(schema, options);
    onClose(opened.close);
    dataSource.fill(opened.dataSource);
    database.fill(opened.database);
  });
  return { dataSource: dataSource.value, database: database.value, onClose };
}
