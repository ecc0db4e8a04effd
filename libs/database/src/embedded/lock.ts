import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { EmbeddedPostgresError } from './embedded-postgres.error';

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes a folder for this process alone.
 *
 * The lock is an abstract Unix socket: the kernel frees it however the process ends, so there is no stale lock file.
 *
 * @param folder real path of the folder
 * @throws EmbeddedPostgresError when another process holds it
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const server = createServer((socket) => socket.destroy()).unref();
  server.listen(`\0waybill-postgres:${createHash('sha256').update(folder).digest('hex')}`);
  try {
    await once(server, 'listening');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new EmbeddedPostgresError(
      `Another server already uses ${folder}: stop it, or give this one a folder of its own (DATA_DIR).`,
    );
  }
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}
