import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from './poll';
import type { TestServer } from './server';

/** Path of the preload for a server that `killAt` can kill. */
export const KILLABLE = path.join(__dirname, 'kill-at.cjs');

/** Makes a server that was started with `KILLABLE` kill itself when it reaches one of the points in `kill-at.cjs`. */
export async function killAt(server: TestServer, point: string): Promise<void> {
  writeFileSync(path.join(server.dataDir, 'kill-at'), point);
  process.kill(server.pid, 'SIGUSR2');
  await eventually(() => server.output().includes('Ready to be killed'), {
    describe: 'the process has read the point',
  });
}
