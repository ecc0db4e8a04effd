import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Cluster, Redis } from 'ioredis';
import { killWithParent } from './child-process';
import { redisUrl } from './database';
import { eventually } from './poll';

const BINARY = 'redis-server';
const SLOTS = 16_384;
const MASTERS = 3;
/**
 * Nodes of a cluster talk to each other on their port plus 10,000. Both are below the ephemeral ports of the system.
 */
const PORTS = { from: 20_000, count: 2_700, bus: 10_000 };

/** A Redis that belongs to the test. */
export interface TestRedis {
  url: string;
  port: number;
  /** Sends SIGKILL; all its data is lost. */
  kill(): Promise<void>;
  /** `freeze` suspends the process with its connections open; `thaw` resumes it. */
  freeze(): void;
  thaw(): void;
  /** Starts an empty Redis on the same port after a kill. */
  restart(): Promise<void>;
  /** Stops it permanently. */
  stop(): Promise<void>;
}

export interface TestRedisCluster {
  /** All nodes, in the format of `REDIS_URL`. */
  url: string;
  nodes: TestRedis[];
  stop(): Promise<void>;
}

/** Whether the machine has `redis-server`. */
export const hasRedisServer = (): boolean => spawnSync(BINARY, ['--version']).status === 0;

/** `describe`; the suite is skipped if the machine has no `redis-server`. */
export const describeWithRedisServer = (name: string, suite: () => void): void =>
  (hasRedisServer() ? describe : describe.skip)(`${name} (redis-server of this machine)`, suite);

/** A Redis to run suites on. */
export interface RedisTarget {
  name: string;
  /** Undefined if it was not found. */
  start: (() => Promise<{ url: string; stop(): Promise<void> }>) | undefined;
}

/** The Redis service that was found, and a cluster that belongs to the test. */
export function redisTargets(): RedisTarget[] {
  const found = redisUrl();
  return [
    {
      name: 'Redis service',
      start: found ? async () => ({ url: found, stop: async () => undefined }) : undefined,
    },
    { name: 'Redis Cluster of three masters', start: hasRedisServer() ? startRedisCluster : undefined },
  ];
}

/** Returns the keys that begin with a prefix, or with the prefix in braces. */
export async function keysOf(url: string, prefix: string): Promise<string[]> {
  return withRedis(url, async (client) => {
    const found = new Set<string>();
    for (const node of client instanceof Cluster ? client.nodes('master') : [client]) {
      for (const match of [`${prefix}*`, `{${prefix}}*`])
        for await (const keys of node.scanStream({ match, count: 500 }) as AsyncIterable<string[]>)
          for (const key of keys) found.add(key);
    }
    return [...found];
  });
}

/** Deletes only the keys of a test, because the Redis may belong to a user. */
export async function dropKeys(url: string, prefix: string): Promise<void> {
  const keys = await keysOf(url, prefix);
  await withRedis(url, (client) => Promise.all(keys.map((key) => client.unlink(key))));
}

/** Runs a function with a new connection, when Redis is ready. */
export async function withRedis<T>(urls: string, work: (client: Redis | Cluster) => Promise<T>): Promise<T> {
  const nodes = urls.split(',');
  const client = nodes.length === 1 ? new Redis(nodes[0]!, { maxRetriesPerRequest: 2 }) : new Cluster(nodes);
  client.on('error', () => undefined); // the command reports it
  try {
    await eventually(() => client.status === 'ready', { describe: 'the client is connected to Redis' });
    return await work(client);
  } finally {
    client.disconnect();
  }
}

/**
 * Starts a Redis on a free port. It ends with this process.
 * @throws Error if it is not ready in time
 */
export async function startRedis({ args = [] }: { args?: string[] } = {}): Promise<TestRedis> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'waybill-redis-'));
  const port = await freePort();
  let child = await launch(port, dir, args);
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: end,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    restart: async () => {
      child = await launch(port, dir, args);
    },
    stop: async () => {
      await end();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, dir: string, args: string[]): Promise<ChildProcess> {
  const command = [...killWithParent(), BINARY, '--port', String(port), '--bind', '127.0.0.1', '--dir', dir];
  const child = spawn(command[0]!, [...command.slice(1), '--save', '', '--appendonly', 'no', ...args], {
    stdio: 'ignore',
  });
  const client = new Redis({ port, lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined); // until it is up
  try {
    await client.connect().catch(() => undefined);
    await eventually(() => client.ping(), { describe: `Redis answers on port ${port}` });
    return child;
  } catch (cause) {
    child.kill('SIGKILL');
    throw cause;
  } finally {
    client.disconnect();
  }
}

async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = PORTS.from + Math.floor(Math.random() * PORTS.count);
    if ((await isFree(port)) && (await isFree(port + PORTS.bus))) return port;
  }
  throw new Error('No free port for a Redis');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
      .once('error', () => resolve(false))
      .once('listening', () => probe.close(() => resolve(true)))
      .listen(port, '127.0.0.1');
  });
}

/** Starts a Redis Cluster of three masters without replicas. A node that is killed and restarted joins it again. */
export async function startRedisCluster(): Promise<TestRedisCluster> {
  const nodes: TestRedis[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (let index = 0; index < MASTERS; index++)
      nodes.push(
        await startRedis({
          args: [
            '--cluster-enabled',
            'yes',
            '--cluster-node-timeout',
            '3000',
            '--cluster-require-full-coverage',
            'no',
          ],
        }),
      );
    await formCluster(nodes);
  } catch (cause) {
    await stop();
    throw cause;
  }
  return { url: nodes.map(({ url }) => url).join(','), nodes, stop };
}

async function formCluster(nodes: TestRedis[]): Promise<void> {
  const clients = nodes.map(({ port }) => new Redis({ port }));
  try {
    const share = Math.ceil(SLOTS / nodes.length);
    for (const [index, client] of clients.entries()) {
      const count = Math.min(share, SLOTS - index * share);
      await client.cluster('ADDSLOTS', ...Array.from({ length: count }, (_, slot) => index * share + slot));
      await client.cluster('SET-CONFIG-EPOCH', index + 1);
    }
    for (const { port } of nodes.slice(1)) await clients[0]!.cluster('MEET', '127.0.0.1', port);
    for (const client of clients) {
      await eventually(async () => knowsAll((await client.cluster('INFO')) as string, nodes.length), {
        describe: 'the nodes of a Redis Cluster know each other',
      });
    }
  } finally {
    for (const client of clients) client.disconnect();
  }
}

const knowsAll = (info: string, count: number): boolean =>
  info.includes('cluster_state:ok') &&
  info.includes(`cluster_slots_ok:${SLOTS}`) &&
  info.includes(`cluster_size:${count}`);
