import { realpathSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { type ClusterFiles, assertOurs, clusterFiles, ensureCluster, readPassword } from './cluster';
import { EmbeddedPostgresError, messageOf } from './embedded-postgres.error';
import { makeFolder } from './folder';
import { type FolderLock, lockFolder } from './lock';
import { endOrphans } from './orphans';
import { type Postmaster, launchPostmaster } from './postmaster';
import { prepareRuntime } from './runtime';

export interface EmbeddedPostgresOptions {
  /** Made if missing. The cluster lies beneath it, in `postgres/`, and is kept between runs. */
  dir: string;
  /** For tests: nothing is flushed to disk, so a crash of the machine loses the data. */
  ephemeral?: boolean;
  /** Called when PostgreSQL ends without having been stopped; the reason is fit for the log. */
  onExit?: (reason: string) => void;
}

export interface EmbeddedPostgres {
  /** Superuser's URL of the database `waybill`, which is made if missing; of `postgres` when ephemeral. */
  url: string;
  /** On 127.0.0.1, another one on each start. */
  port: number;
  /** The postmaster's process id. */
  pid: number;
  /** Shuts PostgreSQL down and gives the folder free. May be called again. */
  stop(): Promise<void>;
}

/** Its name in a cluster that is kept. */
export const DATABASE = 'waybill';

/**
 * Starts PostgreSQL 18 from the binaries that npm brought, as root (on Linux) or as an ordinary user.
 *
 * It ends with this process, however that ends, and what a killed process left is cleared at the next start.
 *
 * @throws EmbeddedPostgresError when another server uses the folder, or PostgreSQL can't run here
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
      `DATA_DIR: the folder ${dir} can't be made (${messageOf(cause)}): give one that can be written.`,
    );
  }
}

async function startUnderLock(
  files: ClusterFiles,
  lock: FolderLock,
  { ephemeral = false, onExit }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const runtime = prepareRuntime(files.links);
  assertOurs(files, runtime);
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
  client.on('error', () => undefined); // a lost connection shows in the query that it breaks
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
