import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { EmbeddedPostgresError } from './embedded-postgres.error';

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Locks a directory for this process.
 * The lock is an abstract Unix socket: the kernel frees it when the process ends, so there is never a stale lock file.
 * On platforms without abstract sockets (macOS), it is a socket file, and one that accepts no connection is stale.
 * @param folder real path of the directory
 * @throws EmbeddedPostgresError if another process holds the lock
 */
export async function lockFolder(folder: string, platform = process.platform): Promise<FolderLock> {
  const digest = createHash('sha256').update(folder).digest('hex');
  const isAbstract = platform === 'linux';
  // On macOS a socket path has at most 103 bytes, so the path does not use the (long) temporary directory.
  const address = isAbstract ? `\0waybill-postgres:${digest}` : `/tmp/waybill-${digest.slice(0, 32)}.lock`;
  const server =
    (await listenAt(address)) ??
    (isAbstract || (await acceptsConnections(address))
      ? undefined
      : (rmSync(address), await listenAt(address)));
  if (!server)
    throw new EmbeddedPostgresError(
      `Another server already uses ${folder}: stop it, or set another DATA_DIR.`,
    );
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** @returns undefined if the address is in use. */
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

function acceptsConnections(address: string): Promise<boolean> {
  const socket = connect(address);
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
