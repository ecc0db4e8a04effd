import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A PostgreSQL to run suites on: the embedded one of the test run, or a service that was found. */
export interface PostgresBackend {
  name: string;
  on: 'embedded' | 'postgres';
  /** URL of an administrator; undefined if there is no such service. */
  adminUrl: string | undefined;
}

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** Environment variables that pass URLs from the global set-up to jest's worker processes. */
export const ENV_NAMES = {
  run: 'WAYBILL_TEST_RUN',
  embedded: 'WAYBILL_TEST_EMBEDDED_URL',
  postgres: 'WAYBILL_TEST_POSTGRES_URL',
  redis: 'WAYBILL_TEST_REDIS_URL',
  nats: 'WAYBILL_TEST_NATS_URL',
  rabbitmq: 'WAYBILL_TEST_RABBITMQ_URL',
} as const;

/** Returns the name of the template database, which has all migrations applied. */
export const templateOf = (run: string): string => `${run}_template`;

export function postgresBackends(): PostgresBackend[] {
  return [
    { name: 'embedded PostgreSQL', on: 'embedded', adminUrl: process.env[ENV_NAMES.embedded] },
    { name: 'PostgreSQL service', on: 'postgres', adminUrl: process.env[ENV_NAMES.postgres] },
  ];
}

/** Runs a suite on each PostgreSQL. Skips those that were not found. */
export function describeOnEachPostgres(title: string, suite: (on: PostgresBackend['on']) => void): void {
  for (const { name, on, adminUrl } of postgresBackends()) {
    (adminUrl ? describe : describe.skip)(`${title} (${name})`, () => suite(on));
  }
}

/** Returns the URL of the Redis that was found, with commas between the nodes of a cluster; undefined without one. */
export const redisUrl = (): string | undefined => process.env[ENV_NAMES.redis];

/** Returns the URL of the message broker that was found; undefined without one. */
export const brokerUrl = (product: 'nats' | 'rabbitmq'): string | undefined =>
  process.env[ENV_NAMES[product]];

/**
 * Creates a migrated database for one test, cloned from the run's template. If the test does not drop it, the end of
 * the run does.
 *
 * @throws Error if that PostgreSQL was not found
 */
export async function createTestDatabase({
  on = 'embedded',
}: { on?: PostgresBackend['on'] } = {}): Promise<TestDatabase> {
  const adminUrl = process.env[ENV_NAMES[on]];
  const run = process.env[ENV_NAMES.run];
  if (!adminUrl || !run) throw new Error(`There is no ${on} PostgreSQL in this run of the tests`);
  const name = `${run}_${randomBytes(5).toString('hex')}`;
  // Copying files is faster, but makes the whole server flush its buffers. So a shared service uses the WAL.
  const strategy = on === 'embedded' ? 'file_copy' : 'wal_log';
  await asAdministrator(adminUrl, (client) =>
    client.query(`create database ${name} template ${templateOf(run)} strategy ${strategy}`),
  );
  return {
    url: urlOf(adminUrl, name),
    drop: () =>
      asAdministrator(adminUrl, (client) => client.query(`drop database if exists ${name} with (force)`)),
  };
}

export function urlOf(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function asAdministrator(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 60_000,
    query_timeout: 120_000,
  });
  client.on('error', () => undefined); // the query reports it
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
