import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '..');
const TYPESCRIPT = path.join(ROOT, 'test/support/swc-register.cjs');
/** Linux's USER_HZ, which is 100 on all platforms of Node. */
const TICKS_PER_SECOND = 100;
const STOP_DEADLINE_MS = 15_000;

const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const hasSetpriv = works('setpriv', '--pdeathsig', 'KILL', '--', 'true');
/** Whether the client and the servers can run on separate cores. */
export const canPin = os.availableParallelism() > 1 && works('taskset', '-c', '0', 'true');

/** Core of a process: the measured process runs on `server`, the client on `client`. */
export type Core = 'server' | 'client';
const CORES: Record<Core, string> = { server: '0', client: '1' };

export interface SpawnOptions {
  core: Core;
  env: Record<string, string>;
  cwd?: string;
  /** File for stderr. */
  log: string;
  stdout?: 'pipe' | 'null';
  ipc?: boolean;
}

/** Starts Node on one core. If the machine has setpriv, the process ends with the bench. */
export function spawnNode(args: string[], { core, env, cwd, log, stdout, ipc }: SpawnOptions): ChildProcess {
  const command = [
    ...(hasSetpriv ? ['setpriv', '--pdeathsig', 'KILL', '--'] : []),
    ...(canPin ? ['taskset', '-c', CORES[core]] : []),
    process.execPath,
    ...args,
  ];
  // Log lines are formatted and written, but discarded.
  const out = stdout === 'null' ? openSync('/dev/null', 'w') : 'pipe';
  const err = openSync(log, 'a');
  try {
    return spawn(command[0]!, command.slice(1), {
      cwd: cwd ?? ROOT,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', out, err, ...(ipc ? (['ipc'] as const) : [])],
    });
  } finally {
    closeSync(err);
    if (typeof out === 'number') closeSync(out);
  }
}

/** Node's arguments to run one of our TypeScript files. */
export const typescript = (file: string): string[] => ['--require', TYPESCRIPT, path.join(__dirname, file)];

/** Sends SIGTERM, then SIGKILL if the process does not end. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await exit;
  clearTimeout(overdue);
}

/** Returns a port that was free just now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Returns the CPU seconds that a process has used; NaN without /proc. */
export function cpuSeconds(pid: number): number {
  const fields = read(`/proc/${pid}/stat`)?.split(') ')[1]?.split(' ');
  return fields ? (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND : Number.NaN;
}

/** Returns resident memory in MB: current and peak. */
export function memory(pid: number): { now: number; peak: number } {
  const status = read(`/proc/${pid}/status`) ?? '';
  const mb = (name: string) =>
    Number(new RegExp(String.raw`^${name}:\s+(\d+)`, 'm').exec(status)?.[1]) / 1_024;
  return { now: mb('VmRSS'), peak: mb('VmHWM') };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
