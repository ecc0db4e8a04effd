import { Client } from 'pg';

/** Runs a statement on a new connection and closes it. @returns the rows */
export async function sql<Row extends object>(
  url: string,
  text: string,
  parameters: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 20_000,
    query_timeout: 60_000,
  });
  client.on('error', () => undefined); // shows in the query
  await client.connect();
  try {
    return (await client.query<Row>(text, parameters)).rows;
  } finally {
    await client.end();
  }
}
