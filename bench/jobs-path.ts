import path from 'node:path';
import { createPostgresBackend, type JobType, Queue, type QueueOptions } from 'bullmq';
import { Pool } from 'pg';
import { eventually } from '../test/support/poll';
import { type BacklogSide, compareBacklogs, DEADLINE_MS } from './backlog';
import type { Bench, BenchPath } from './bench';
import { memory } from './processes';
import type { Result } from './result';
import { openSession, registration } from './seed';
import { type Server, startBaseline } from './servers';

const FEED_BATCH = 100;
/** Schema of our server's PostgreSQL queues. */
const SCHEMA = 'bullmq';
const OUR_QUEUE = 'registrations';
const BARE_QUEUE = 'bench';

export interface JobsPathOptions {
  name: string;
  description: string;
  target: number;
  on: 'redis' | 'postgres';
}

type JobsSide = BacklogSide & { queue: Queue };

/**
 * Measures how fast a worker prices registrations from a queue that is full at the start. The queue is paused while the
 * registrations are posted, so that accepting them is not measured.
 */
export function jobsPath(options: JobsPathOptions): BenchPath {
  const { name, description, on } = options;
  return {
    name,
    description,
    ...(on === 'redis' && { needs: 'redis' as const }),
    measure: async (bench) => [await measure(bench, options)],
  };
}

async function measure(bench: Bench, { name, on, target }: JobsPathOptions): Promise<Result> {
  const databaseUrl = await bench.services.createDatabase(name);
  const redis = on === 'redis' ? bench.redis(name) : undefined;
  const server = await bench.start(name, { role: 'all', databaseUrl, redis });
  const pool = new Pool({ connectionString: databaseUrl, max: 2 });
  const ours = await ourSide(bench, server, queueOn(OUR_QUEUE, databaseUrl, redis));
  const theirs = await bareSide(bench, name, databaseUrl, redis);
  try {
    const { rounds, jobs } = bench.effort;
    const verdict = await compareBacklogs(pool, [ours, theirs], { rounds, count: jobs });
    bench.peaks.set(name, memory(server.pid).peak);
    return { ...{ path: name, unit: 'jobs/s', target, notes: [] }, ...verdict };
  } finally {
    await Promise.all([ours.queue.close(), theirs.queue.close(), pool.end()]);
    await Promise.all([server.stop(), theirs.server.stop()]);
  }
}

type Redis = { url: string; prefix: string } | undefined;

function queueOn(name: string, databaseUrl: string, redis: Redis): Queue {
  const { factory, options } = connectionTo(databaseUrl, redis);
  return new Queue(name, options as unknown as QueueOptions, ...(factory ? [factory as never] : []));
}

function connectionTo(databaseUrl: string, redis: Redis) {
  if (redis) {
    const { hostname, port } = new URL(redis.url);
    return { options: { connection: { host: hostname, port: Number(port) }, prefix: `{${redis.prefix}}` } };
  }
  const connection = { connectionString: databaseUrl, schema: SCHEMA, migrate: true, max: 3 };
  return { options: { connection }, factory: createPostgresBackend };
}

async function ourSide(bench: Bench, server: Server, queue: Queue): Promise<JobsSide> {
  const { url } = server;
  const cookie = await openSession(url);
  const { connections } = bench.options;
  const requests = [registration(cookie)];
  const register = async (amount: number) => {
    const { good } = await bench.client.run({ kind: 'closed', url, requests, connections, amount });
    if (good !== amount) throw new Error(`Only ${good} of ${amount} registrations were accepted`);
  };
  return {
    ...{ server, queue },
    fill: (count) => fill(queue, register, count),
    start: () => queue.resume(),
    finished: `SELECT count(*)::int AS count, max(finished_at) AS last FROM registrations
      WHERE state = 'succeeded' AND finished_at >= $1`,
  };
}

async function bareSide(bench: Bench, name: string, databaseUrl: string, redis: Redis): Promise<JobsSide> {
  const { options } = connectionTo(databaseUrl, redis);
  const server = await startBaseline(
    'jobs',
    {
      DATABASE_URL: databaseUrl,
      QUEUE: JSON.stringify({ name: BARE_QUEUE, ...options }),
      QUEUE_ON: redis ? 'redis' : 'postgres',
    },
    path.join(bench.services.dir, `${name}-baseline`),
  );
  const queue = queueOn(BARE_QUEUE, databaseUrl, redis);
  const data: unknown = JSON.parse(registration('').body!);
  const opts = { removeOnComplete: true, removeOnFail: true };
  const add = (count: number) => queue.addBulk(Array.from({ length: count }, () => ({ name, data, opts })));
  return {
    ...{ server, queue },
    fill: (count) => fill(queue, add, count),
    start: () => queue.resume(),
    finished: `SELECT count(*)::int AS count, max(created_at) AS last FROM bench_registrations WHERE created_at >= $1`,
  };
}

/**
 * Pauses the queue and enqueues in small batches: if requests arrive faster than the queue accepts jobs, the sweeper
 * enqueues the rest only a minute later.
 */
async function fill(queue: Queue, feed: (count: number) => Promise<unknown>, jobs: number): Promise<void> {
  await queue.pause();
  for (let fed = 0; fed < jobs;) {
    const count = Math.min(FEED_BATCH, jobs - fed);
    await feed(count);
    fed += count;
    await eventually(async () => (await queued(queue)) >= fed, {
      describe: `${fed} jobs wait in ${queue.name}`,
      deadlineMs: DEADLINE_MS,
    });
  }
}

// Jobs in a paused queue count as waiting on Redis, and as paused on PostgreSQL, which the types do not include.
async function queued(queue: Queue): Promise<number> {
  const counts = await queue.getJobCounts('waiting', 'paused' as JobType);
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
