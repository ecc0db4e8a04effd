import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { nodeEnvironment } from './child-process';

const PRODUCER = path.resolve(__dirname, '../../dist/apps/producer/main.js');
const TIMEOUT_MS = 300_000;

/** Runs the built producer. @returns what it prints. @throws Error with its output unless its exit code is 0 */
export async function produce(args: string[], env: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PRODUCER, ...args], {
    env: { ...nodeEnvironment(), ...env },
    timeout: TIMEOUT_MS,
  });
  return stdout;
}
