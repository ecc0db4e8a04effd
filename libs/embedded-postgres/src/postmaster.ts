import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterFiles } from './cluster';
import { EmbeddedPostgresError, messageOf } from './embedded-postgres.error';
import { readPidFile } from './orphans';
import { type Runtime, commandLine, dataArgument, spawnOptions } from './runtime';

const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 10;
const PORT_ATTEMPTS = 6;
/**
 * A fast shutdown writes a checkpoint. After this time, an immediate shutdown leaves the recovery to the next start.
 */
const FAST_SHUTDOWN_MS = 5_000;
/** The postmaster kills stuck children 5 s after an immediate shutdown begins. */
const IMMEDIATE_SHUTDOWN_MS = 7_000;

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '', // PostgreSQL limits socket paths to 107 bytes; ours may be longer.
  timezone: 'UTC',
  log_timezone: 'UTC',
  // On Linux, /dev/shm may be tiny or missing; on macOS, System V segments are.
  dynamic_shared_memory_type: process.platform === 'linux' ? 'sysv' : 'posix',
  // Logs no statements and no rows, so that refused inserts do not grow the log.
  log_min_messages: 'log',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
};

const EPHEMERAL_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  shared_buffers: '32MB',
  max_connections: '200',
};

export interface Postmaster {
  port: number;
  pid: number;
  /** Resolves with the reason when the process ends; never rejects. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts `postgres` on a free port and waits until it accepts connections.
 * @throws EmbeddedPostgresError with the end of its log
 */
export async function launchPostmaster(
  files: ClusterFiles,
  runtime: Runtime,
  ephemeral: boolean,
): Promise<Postmaster> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = spawnPostmaster(files, runtime, port, ephemeral);
    const ended = endOf(child);
    const failure = await ready(child, ended, files);
    if (failure === undefined)
      return { port, pid: child.pid ?? 0, ended, stop: () => shutDown(child, ended) };
    const log = logTail(files);
    // Another process took the port after it was found free.
    if (attempt < PORT_ATTEMPTS && /could not (bind|create any TCP)/.test(log)) continue;
    throw new EmbeddedPostgresError(`PostgreSQL didn't start (${failure}); see ${files.log}. ${log}`.trim());
  }
}

function spawnPostmaster(
  files: ClusterFiles,
  runtime: Runtime,
  port: number,
  ephemeral: boolean,
): ChildProcess {
  const settings = Object.entries({ ...SETTINGS, ...(ephemeral && EPHEMERAL_SETTINGS) });
  const [program, args] = commandLine(runtime, 'postgres', [
    ...['-D', dataArgument(runtime, files.data), '-p', String(port)],
    ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const log = openSync(files.log, 'w', 0o600);
  try {
    return spawn(program, args, {
      ...spawnOptions(runtime, files.data),
      stdio: ['ignore', log, log],
      detached: true, // Own session: Ctrl-C reaches only this process, which then stops PostgreSQL in order.
    });
  } finally {
    closeSync(log);
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(messageOf(error)));
    child.once('exit', (code, signal) => resolve(signal ? `ended by ${signal}` : `ended with code ${code}`));
  });
}

/** Resolves to undefined once PostgreSQL accepts connections, otherwise to the failure; the process has ended then. */
async function ready(
  child: ChildProcess,
  ended: Promise<string>,
  files: ClusterFiles,
): Promise<string | undefined> {
  let failure: string | undefined;
  void ended.then((reason) => (failure = reason));
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (failure === undefined) {
    const [pid, , , , , , , state] = readPidFile(files.data);
    if (Number(pid) === child.pid && state?.trim() === 'ready') return undefined;
    if (Date.now() > deadline) {
      child.kill('SIGQUIT');
      await ended;
      return `not ready within ${READY_TIMEOUT_MS / 1000} s`;
    }
    await Promise.race([ended, delay(READY_POLL_MS)]);
  }
  return failure;
}

async function shutDown(child: ChildProcess, ended: Promise<string>): Promise<void> {
  const over = () => child.exitCode !== null || child.signalCode !== null;
  if (over()) return;
  child.kill('SIGINT');
  const immediate = setTimeout(() => child.kill('SIGQUIT'), FAST_SHUTDOWN_MS);
  const kill = setTimeout(() => child.kill('SIGKILL'), FAST_SHUTDOWN_MS + IMMEDIATE_SHUTDOWN_MS);
  await ended;
  clearTimeout(immediate);
  clearTimeout(kill);
}

function logTail(files: ClusterFiles): string {
  try {
    return readFileSync(files.log, 'utf8').slice(-800).trim();
  } catch {
    return '';
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
