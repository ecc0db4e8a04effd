import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { EmbeddedPostgresError } from './embedded-postgres.error';

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes a folder for this process alone.
 *
 * The lock is an abstract Unix socket: the kernel frees it however the process ends, so there is no stale lock file. Where
 * there are none (macOS) it is a socket file, and one that nobody answers at is stale.
 *
 * @param folder real path of the folder
 * @throws EmbeddedPostgresError when another process holds it
 */
export async function lockFolder(folder: string, platform = process.platform): Promise<FolderLock> {
  const digest = createHash('sha256').update(folder).digest('hex');
  const isAbstract = platform === 'linux';
  // A socket's path has at most 103 bytes on macOS, whatever its folder for temporary files is.
  const address = isAbstract ? `\0waybill-postgres:${digest}` : `/tmp/waybill-${digest.slice(0, 32)}.lock`;
  const server =
    (await listenAt(address)) ??
    (isAbstract || (await isAnswered(address)) ? undefined : (rmSync(address), await listenAt(address)));
  if (!server)
    throw new EmbeddedPostgresError(
      `Another server already uses ${folder}: stop it, or give this one a folder of its own (DATA_DIR).`,
    );
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** @returns undefined where the address is taken. */
async function listenAt(address: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy()).unref();
  server.listen(address);
  try {
    await once(server, 'listening');
    return server;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    return undefined;
  }
}

function isAnswered(address: string): Promise<boolean> {
  const socket = connect(address);
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
