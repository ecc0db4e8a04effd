import { realpathSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { type ClusterFiles, assertOwner, clusterFiles, ensureCluster, readPassword } from './cluster';
import { EmbeddedPostgresError, messageOf } from './embedded-postgres.error';
import { makeFolder } from './folder';
import { type FolderLock, lockFolder } from './lock';
import { endOrphans } from './orphans';
import { type Postmaster, launchPostmaster } from './postmaster';
import { prepareRuntime } from './runtime';

export interface EmbeddedPostgresOptions {
  /** Created if missing. Holds the cluster in `postgres/`, which is kept between runs. */
  dir: string;
  /** For tests: disables flushing to disk, so a machine crash loses the data. */
  ephemeral?: boolean;
  /** Called when PostgreSQL ends unexpectedly. The reason can be logged. */
  onExit?: (reason: string) => void;
}

export interface EmbeddedPostgres {
  /** URL of the database `waybill` (or `postgres` if ephemeral) for the superuser. `waybill` is created if missing. */
  url: string;
  /** Port on 127.0.0.1; differs on each start. */
  port: number;
  /** Process ID of the postmaster. */
  pid: number;
  /** Shuts PostgreSQL down and unlocks the directory. Idempotent. */
  stop(): Promise<void>;
}

/** Name of the database in a persistent cluster. */
export const DATABASE = 'waybill';

/**
 * Starts PostgreSQL 18 from its npm package, as root (on Linux) or as an ordinary user.
 * PostgreSQL stops when this process exits, even if it is killed. The next start cleans up after a killed process.
 * @throws EmbeddedPostgresError if another server uses the directory, or if PostgreSQL can't run here
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = makeDataFolder(options.dir);
  const lock = await lockFolder(folder);
  try {
    return await startUnderLock(clusterFiles(path.join(folder, 'postgres')), lock, options);
  } catch (cause) {
    await lock.release();
    throw cause;
  }
}

function makeDataFolder(dir: string): string {
  try {
    makeFolder(path.join(dir, 'postgres'));
    return realpathSync(dir);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `DATA_DIR: can't create the directory ${dir} (${messageOf(cause)}): set a writable directory.`,
    );
  }
}

async function startUnderLock(
  files: ClusterFiles,
  lock: FolderLock,
  { ephemeral = false, onExit }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const runtime = prepareRuntime(files.links);
  assertOwner(files, runtime);
  await endOrphans(files.data);
  await ensureCluster(files, runtime, !ephemeral);
  const postmaster = await launchPostmaster(files, runtime, ephemeral);
  const superuser = `postgres://postgres:${readPassword(files)}@127.0.0.1:${postmaster.port}`;
  if (!ephemeral) await createDatabase(`${superuser}/postgres`, DATABASE).catch(stopThenThrow(postmaster));
  let stopping: Promise<void> | undefined;
  void postmaster.ended.then((reason) => stopping ?? onExit?.(reason));
  return {
    url: `${superuser}/${ephemeral ? 'postgres' : DATABASE}`,
    port: postmaster.port,
    pid: postmaster.pid,
    stop: () => (stopping ??= postmaster.stop().finally(() => lock.release())),
  };
}

const stopThenThrow = (postmaster: Postmaster) => async (cause: unknown) => {
  await postmaster.stop();
  throw cause;
};

async function createDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new Client({
    connectionString: adminUrl,
    connectionTimeoutMillis: 10_000,
    query_timeout: 30_000,
  });
  client.on('error', () => undefined); // A lost connection fails the query that uses it.
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
