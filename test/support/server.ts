import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { killWithParent, nodeEnvironment } from './child-process';
import { eventually } from './poll';
import { makeRunFolder } from './test-run';

const MAIN = path.resolve(__dirname, '../../dist/apps/server/main.js');
const CHEAP_PASSWORDS = path.join(__dirname, 'cheap-passwords.cjs');
/** Makes a start take a twelfth less CPU time: real paths of modules are not looked up. The code that runs is the same. */
const QUICK_START = ['--preserve-symlinks'];
const OUTPUT_LIMIT = 200_000;
const START_DEADLINE_MS = 120_000;
/** A server that does not stop within 10 s exits with code 1. This kills a server that hangs. */
const STOP_DEADLINE_MS = 60_000;

/**
 * Output of a ready process. `api` and `all` print their public URL, and `worker` prints the URL of its operations
 * port.
 */
const LISTENS = {
  public: /^Waybill listens on (http\S+)$/m,
  ops: /^Waybill serves health checks and metrics on (http\S+)$/m,
};

/** The last line that `all` prints at the start. */
const END_OF_WELCOME = '\nPress Ctrl-C to stop.\n';

export interface StartServerOptions {
  role?: 'api' | 'worker' | 'all';
  /** Default: an embedded PostgreSQL in the data folder. */
  databaseUrl?: string;
  /** Added to a minimal environment. No variables of this process are inherited. */
  env?: Record<string, string>;
  /** A module that is loaded first, as by `node --require`. */
  preload?: string;
  /** Kept after the stop, for another start. Default: a temporary folder. */
  dataDir?: string;
}

export interface ServerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface TestServer {
  /** Public URL of `api` and `all`. For a worker, the same as `opsUrl`. */
  url: string;
  /** URL of the operations port; undefined without one. */
  opsUrl: string | undefined;
  pid: number;
  dataDir: string;
  /** The end of its stdout and stderr, of limited length. */
  output(): string;
  exited: Promise<ServerExit>;
  /** Sends SIGTERM. @throws Error with its output unless it exits with code 0 in time */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/**
 * Starts the built application as a separate process on a free port, and waits until it is ready.
 *
 * Its working directory is its data folder, so it does not read the `.env` of the checkout.
 *
 * @throws Error with its output if it exits or is not ready in time
 */
export async function startServer(options: StartServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? makeRunFolder();
  const child = spawnServer(options, dataDir);
  const output = collectOutput(child);
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as ServerExit);
  const removeData = () => {
    if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
    removeData();
  };
  const stop = async () => {
    child.kill('SIGTERM');
    const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    const exit = await exited;
    clearTimeout(overdue);
    removeData();
    if (exit.code !== 0)
      throw new Error(`The server did not stop gracefully (${describeExit(exit)}):\n${output()}`);
  };
  try {
    const urls = await waitUntilServing(options.role ?? 'all', output, exited);
    return { ...urls, pid: child.pid!, dataDir, output, exited, stop, kill };
  } catch (cause) {
    await kill();
    throw cause;
  }
}

type ServerProcess = ChildProcessByStdio<null, Readable, Readable>;

function spawnServer(
  { role = 'all', databaseUrl, env, preload }: StartServerOptions,
  dataDir: string,
): ServerProcess {
  const command = [
    ...killWithParent(),
    process.execPath,
    ...QUICK_START,
    ...[CHEAP_PASSWORDS, ...(preload ? [path.resolve(preload)] : [])].flatMap((file) => ['--require', file]),
    MAIN,
    role,
  ];
  return spawn(command[0]!, command.slice(1), {
    cwd: dataDir,
    env: {
      ...nodeEnvironment(),
      DATA_DIR: dataDir,
      PORT: '0',
      ...withoutLimits,
      ...(role === 'worker' && { OPS_PORT: '0' }),
      ...(databaseUrl && { DATABASE_URL: databaseUrl }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Limits that no test reaches. Tests of the limits set their own. */
const withoutLimits = {
  LIMIT_PRINCIPAL_PER_MINUTE: '1000000',
  LIMIT_ADDRESS_PER_MINUTE: '1000000',
  LIMIT_SESSIONS_PER_MINUTE: '1000000',
  LIMIT_BAD_CREDENTIALS_PER_MINUTE: '1000000',
};

function collectOutput(child: ServerProcess): () => string {
  let text = '';
  const collect = (more: string) => {
    text = (text + more).slice(-OUTPUT_LIMIT);
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  return () => text;
}

async function waitUntilServing(
  role: string,
  output: () => string,
  exited: Promise<ServerExit>,
): Promise<{ url: string; opsUrl: string | undefined }> {
  let exit: ServerExit | undefined;
  void exited.then((how) => (exit = how));
  const find = (line: RegExp) => line.exec(output())?.[1]?.replace('//localhost', '//127.0.0.1');
  const url = await eventually(() => exit ?? find(role === 'worker' ? LISTENS.ops : LISTENS.public), {
    describe: `a ${role} process serves`,
    deadlineMs: START_DEADLINE_MS,
  }).catch((cause: Error) => {
    throw new Error(`${cause.message}\n${output()}`);
  });
  if (typeof url === 'string' && role === 'all')
    // The curl commands come after the URL, possibly in a separate write.
    await eventually(() => exit ?? output().includes(END_OF_WELCOME), {
      describe: 'the process has printed its instructions',
    });
  if (typeof url !== 'string')
    throw new Error(`The ${role} process ended (${describeExit(url)}):\n${output()}`);
  return { url, opsUrl: find(LISTENS.ops) };
}

const describeExit = ({ code, signal }: ServerExit): string =>
  signal ? `by ${signal}` : `with code ${code}`;
