import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { endOrphans } from '../../libs/embedded-postgres/src/orphans';
import { templateOf, urlOf } from './database';

const TMPFS = 0x01021994;
const MIN_FREE_BYTES = 2 ** 30;
const SHARED_MEMORY = '/dev/shm';
const RUN_PREFIX = 'waybill_test_';

const folderPrefix = () => `waybill-test-${process.getuid?.() ?? 0}-`;

/**
 * Creates a folder for data of this run. It is in memory if there is space: on a busy disk, cloning a database is 20
 * times slower, and removing a cluster takes two seconds.
 */
export function makeRunFolder(): string {
  const parent = hasSpace(SHARED_MEMORY) ? SHARED_MEMORY : realpathSync(os.tmpdir());
  return mkdtempSync(path.join(parent, `${folderPrefix()}${process.pid}-`));
}

function hasSpace(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    const { type, bavail, bsize } = statfsSync(folder);
    return type === TMPFS && bavail * bsize > MIN_FREE_BYTES;
  } catch {
    return false;
  }
}

/**
 * Removes the folders of killed runs, and stops their PostgreSQL. The name of a folder contains the process ID of its
 * run.
 */
export async function removeStaleRunFolders(
  parents = [...new Set([SHARED_MEMORY, realpathSync(os.tmpdir())])],
): Promise<void> {
  for (const parent of parents.filter((folder) => existsSync(folder))) {
    for (const name of readdirSync(parent)) {
      const pid = name.startsWith(folderPrefix()) && /^\d+(?=-)/.exec(name.slice(folderPrefix().length))?.[0];
      if (!pid || isAlive(pid)) continue;
      const folder = path.join(parent, name);
      await endOrphans(path.join(folder, 'postgres', 'data'));
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

function isAlive(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0] !== 'Z';
  } catch {
    return false;
  }
}

/** This run's databases on one PostgreSQL. */
export interface RunDatabases {
  /** Drops them. */
  close(): Promise<void>;
}

/** Name of this run, and prefix of its databases. */
export const createRunName = (): string =>
  `${RUN_PREFIX}${process.pid}_${Math.random().toString(36).slice(2, 8)}`;

/**
 * Creates the run's template database, and drops the databases of killed runs.
 *
 * A run is alive while a connection has its name. A process ID would not work, because several machines may use the
 * service.
 */
export async function openRun(
  adminUrl: string,
  run: string,
  migrate: (url: string) => Promise<void>,
): Promise<RunDatabases> {
  const client = new Client({
    connectionString: adminUrl,
    application_name: run,
    connectionTimeoutMillis: 5_000,
    query_timeout: 60_000,
    keepAlive: true,
  });
  client.on('error', () => undefined); // shows in the query
  await client.connect();
  try {
    await dropDatabases(client, await databasesOfKilledRuns(client));
    await client.query(`create database ${templateOf(run)}`);
    await migrate(urlOf(adminUrl, templateOf(run)));
  } catch (cause) {
    await client.end();
    throw cause;
  }
  return {
    close: async () => {
      await dropDatabases(client, await databasesOf(client, run));
      await client.end();
    },
  };
}

async function databasesOfKilledRuns(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ datname: string }>(
    `select d.datname from pg_database d
     where d.datname ~ $1 and d.datdba = current_user::regrole
       and not exists (select from pg_stat_activity a where a.application_name = substring(d.datname from $1))`,
    [`^(${RUN_PREFIX}[0-9]+_[0-9a-z]+)_`],
  );
  return rows.map(({ datname }) => datname);
}

async function databasesOf(client: Client, run: string): Promise<string[]> {
  const { rows } = await client.query<{ datname: string }>(
    'select datname from pg_database where starts_with(datname, $1)',
    [`${run}_`],
  );
  return rows.map(({ datname }) => datname);
}

async function dropDatabases(client: Client, names: string[]): Promise<void> {
  for (const name of names) {
    await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
  }
}
