import { Client, type QueryResult, type QueryResultRow } from 'pg';
import { createTestDatabase, type PostgresBackend } from './database';
import { later } from './later';

export interface UseDatabaseOptions {
  on?: PostgresBackend['on'];
  /** `test`: each test gets its own database. */
  per?: 'suite' | 'test';
}

/** A migrated database with a connection. */
export interface SuiteDatabase {
  url: string;
  query<Row extends QueryResultRow = QueryResultRow>(
    text: string,
    parameters?: unknown[],
  ): Promise<QueryResult<Row>>;
  /** Runs a statement. @returns its rows */
  rows<Row extends QueryResultRow = QueryResultRow>(text: string, parameters?: unknown[]): Promise<Row[]>;
}

/** Creates a migrated database for the enclosing `describe`, and drops it at the end. */
export function useDatabase({ on, per = 'suite' }: UseDatabaseOptions = {}): {
  database: SuiteDatabase;
  onClose: OnClose;
} {
  const database = later<SuiteDatabase>('The database');
  const onClose = useClosers(per);
  (per === 'test' ? beforeEach : beforeAll)(async () => {
    const opened = await openDatabase(on);
    onClose(opened.close);
    database.fill(opened);
  });
  return { database: database.value, onClose };
}

/** Registers a function that closes a resource at the end. The last opened resource is closed first. */
export type OnClose = (close: () => unknown) => void;

/** Closes resources in reverse order, because jest runs hooks of the same kind in the order of their registration. */
export function useClosers(per: 'suite' | 'test' = 'suite'): OnClose {
  const closers: (() => unknown)[] = [];
  (per === 'test' ? afterEach : afterAll)(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });
  return (close) => void closers.push(close);
}

/** Clones a database. The first query opens the connection. */
export async function openDatabase(
  on?: PostgresBackend['on'],
): Promise<SuiteDatabase & { close(): Promise<void> }> {
  const clone = await createTestDatabase({ on });
  let client: Promise<Client> | undefined;
  const query: SuiteDatabase['query'] = async (text, parameters) => {
    client ??= connectTo(clone.url);
    return (await client).query(text, parameters);
  };
  return {
    url: clone.url,
    query,
    rows: async <Row extends QueryResultRow>(text: string, parameters?: unknown[]) =>
      (await query<Row>(text, parameters)).rows,
    close: async () => {
      await client?.then((one) => one.end()).catch(() => undefined);
      await clone.drop();
    },
  };
}

async function connectTo(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined); // shows in the query
  await client.connect();
  return client;
}
