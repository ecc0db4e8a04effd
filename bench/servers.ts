import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { eventually } from '../test/support/poll';
import { end, freePort, ROOT, spawnNode, typescript } from './processes';

const MAIN = path.join(ROOT, 'dist/apps/server/main.js');
const PROFILE_HOOK = path.join(__dirname, 'profile-hook.cjs');
const START_DEADLINE_MS = 60_000;
const POLL_MS = 5;

/** A measured server. */
export interface Server {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

export interface WaybillOptions {
  role: 'api' | 'all';
  databaseUrl: string;
  /** If unset, the queue is in PostgreSQL, and cache and limits are in memory. */
  redis?: { url: string; prefix: string } | undefined;
  /** If unset, the order stream is in PostgreSQL. */
  broker?: { url: string; prefix: string };
  cbr: { jsonUrl: string; xmlUrl: string };
  /** Directory of its data and its stderr. */
  dir: string;
  /** File for its CPU profile; see profile-hook.cjs. */
  profileFile?: string;
}

/** Production settings, but with rate limits high enough not to refuse; requests are still counted. */
const SETTINGS = {
  NODE_ENV: 'production',
  LIMIT_PRINCIPAL_PER_MINUTE: '1000000000',
  LIMIT_ADDRESS_PER_MINUTE: '1000000000',
  LIMIT_SESSIONS_PER_MINUTE: '1000000',
  REGISTRATIONS_PENDING_LIMIT: '10000000',
};

/** Starts the built server. @returns the ready server, and how many seconds the start took. */
export async function startWaybill(options: WaybillOptions): Promise<Server & { readySeconds: number }> {
  const { role, databaseUrl, redis, broker, cbr, dir, profileFile } = options;
  mkdirSync(dir, { recursive: true });
  const port = await freePort();
  const started = performance.now();
  const child = spawnNode([...(profileFile ? ['--require', PROFILE_HOOK] : []), MAIN, role], {
    core: 'server',
    cwd: dir,
    log: path.join(dir, 'stderr.log'),
    stdout: 'null',
    env: {
      ...SETTINGS,
      PORT: String(port),
      DATA_DIR: dir,
      DATABASE_URL: databaseUrl,
      CBR_JSON_URL: cbr.jsonUrl,
      CBR_XML_URL: cbr.xmlUrl,
      ...(redis && { REDIS_URL: redis.url, REDIS_PREFIX: redis.prefix }),
      ...(broker && { BROKER_URL: broker.url, BROKER_PREFIX: broker.prefix }),
      ...(profileFile && { PROFILE_FILE: profileFile }),
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await waitFor(child, path.join(dir, 'stderr.log'), async () => (await fetch(`${url}/readyz`)).ok);
  return {
    url,
    pid: child.pid!,
    readySeconds: (performance.now() - started) / 1_000,
    stop: () => end(child),
  };
}

/** Starts a file of `baselines/`. */
export async function startBaseline(file: string, env: Record<string, string>, dir: string): Promise<Server> {
  mkdirSync(dir, { recursive: true });
  const log = path.join(dir, 'stderr.log');
  const port = await freePort();
  const child = spawnNode(typescript(`baselines/${file}.ts`), {
    core: 'server',
    log,
    env: { NODE_ENV: 'production', PORT: String(port), ...env },
  });
  let said = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (said += text));
  await waitFor(child, log, () => said.includes('ready'));
  return { url: `http://127.0.0.1:${port}`, pid: child.pid!, stop: () => end(child) };
}

async function waitFor(
  child: ChildProcess,
  log: string,
  isReady: () => boolean | Promise<boolean>,
): Promise<void> {
  closeSync(openSync(log, 'a'));
  let code: number | undefined;
  void once(child, 'exit').then(([status]) => (code = (status as number) ?? -1));
  try {
    await eventually(() => (code === undefined ? isReady() : true), {
      describe: `${child.spawnargs.at(-1)} is ready`,
      deadlineMs: START_DEADLINE_MS,
      everyMs: POLL_MS,
    });
    if (code !== undefined) throw new Error(`${child.spawnargs.join(' ')} ended with code ${code}`);
  } catch (cause) {
    await end(child);
    throw new Error(`${(cause as Error).message}\n${readFileSync(log, 'utf8').slice(-5_000)}`, { cause });
  }
}
