import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from './poll';
import type { TestServer } from './server';

/** Preload of a server that can be killed at a point. */
export const KILLABLE = path.join(__dirname, 'kill-at.cjs');

/** Makes a running server that was started with `KILLABLE` kill itself when it reaches a point of `kill-at.cjs`. */
export async function killAt(server: TestServer, point: string): Promise<void> {
  writeFileSync(path.join(server.dataDir, 'kill-at'), point);
  process.kill(server.pid, 'SIGUSR2');
  await eventually(() => server.output().includes('Ready to be killed'), {
    describe: 'the process has read the point',
  });
}
