import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { clusterFiles, readPassword } from './cluster';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { DATABASE } from './embedded-postgres';
import { lockFolder } from './lock';

/**
 * Returns the database of the server that runs on this directory, for a command that runs beside it. The command may
 * connect but starts and stops nothing.
 * @returns undefined if no server runs on it
 * @throws EmbeddedPostgresError while one is starting or stopping
 */
export async function runningEmbeddedPostgres(dir: string): Promise<string | undefined> {
  if (!existsSync(dir)) return undefined;
  const folder = realpathSync(dir);
  try {
    await (await lockFolder(folder)).release();
    return undefined;
  } catch (cause) {
    if (!(cause instanceof EmbeddedPostgresError)) throw cause;
  }
  const files = clusterFiles(path.join(folder, 'postgres'));
  const port = portOf(path.join(files.data, 'postmaster.pid'));
  if (port === undefined)
    throw new EmbeddedPostgresError(`The server on ${folder} is starting or stopping: try again.`);
  return `postgres://postgres:${readPassword(files)}@127.0.0.1:${port}/${DATABASE}`;
}

/** Line 4 of a postmaster's pid file is its port; line 8 is its status. */
function portOf(pidFile: string): number | undefined {
  if (!existsSync(pidFile)) return undefined;
  const lines = readFileSync(pidFile, 'utf8').split('\n');
  return lines[7]?.trim() === 'ready' ? Number(lines[3]) : undefined;
}
