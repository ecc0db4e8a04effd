import path from 'node:path';
import { createPostgresBackend, type JobType, Queue, type QueueOptions } from 'bullmq';
import { Pool } from 'pg';
import { eventually } from '../test/support/poll';
import type { Bench, BenchPath } from './bench';
import { cpuSeconds, memory } from './processes';
import type { Cost, Result } from './result';
import { openSession, registration } from './seed';
import { type Server, startBaseline } from './servers';
import { compare, median } from './statistics';

const DEADLINE_MS = 120_000;
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

/** One side: how to enqueue its jobs, and how to check that they are done. */
interface Side {
  server: Server;
  queue: Queue;
  feed(count: number): Promise<void>;
  /** SQL: the number of rows that finished since `$1`, and the time of the last one. */
  finished: string;
}

interface Round extends Cost {
  perSecond: number;
}

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
    const rounds = await measureAlternately(bench, pool, ours, theirs);
    bench.peaks.set(name, memory(server.pid).peak);
    return {
      ...{ path: name, unit: 'jobs/s', target, notes: [] },
      ...compare(
        rounds.ours.map(({ perSecond }) => perSecond),
        rounds.theirs.map(({ perSecond }) => perSecond),
      ),
      cost: { ours: middle(rounds.ours), baseline: middle(rounds.theirs) },
    };
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

async function ourSide(bench: Bench, server: Server, queue: Queue): Promise<Side> {
  const { url } = server;
  const cookie = await openSession(url);
  const { connections } = bench.options;
  const requests = [registration(cookie)];
  return {
    ...{ server, queue },
    feed: async (amount) => {
      const fed = await bench.client.run({ kind: 'closed', url, requests, connections, amount });
      if (fed.good !== amount) throw new Error(`Only ${fed.good} of ${amount} registrations were accepted`);
    },
    finished: `SELECT count(*)::int AS count, max(finished_at) AS last FROM registrations
      WHERE state = 'succeeded' AND finished_at >= $1`,
  };
}

async function bareSide(bench: Bench, name: string, databaseUrl: string, redis: Redis): Promise<Side> {
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
  return {
    ...{ server, queue },
    feed: async (count) =>
      void (await queue.addBulk(Array.from({ length: count }, () => ({ name, data, opts })))),
    finished: `SELECT count(*)::int AS count, max(created_at) AS last FROM bench_registrations WHERE created_at >= $1`,
  };
}

async function measureAlternately(bench: Bench, pool: Pool, ours: Side, theirs: Side) {
  const { rounds, jobs } = bench.effort;
  const done = { ours: [] as Round[], theirs: [] as Round[] };
  for (const side of [ours, theirs]) await measureRound(pool, side, Math.ceil(jobs / 4)); // The first round warms up.
  for (let round = 0; round < rounds; round += 1) {
    done.ours.push(await measureRound(pool, ours, jobs));
    done.theirs.push(await measureRound(pool, theirs, jobs));
  }
  return done;
}

async function measureRound(
  pool: Pool,
  { server, queue, feed, finished }: Side,
  jobs: number,
): Promise<Round> {
  await queue.pause();
  await fill(queue, feed, jobs);
  const { rows } = await pool.query<{ start: Date }>('SELECT clock_timestamp() AS start');
  const start = rows[0]!.start;
  const before = cpuSeconds(server.pid);
  await queue.resume();
  const last = await eventually(
    async () => {
      const { rows: seen } = await pool.query<{ count: number; last: Date }>(finished, [start]);
      return seen[0]!.count >= jobs && seen[0]!.last;
    },
    { describe: `${jobs} jobs of ${queue.name} are done`, deadlineMs: DEADLINE_MS, everyMs: 25 },
  );
  const seconds = (last.getTime() - start.getTime()) / 1_000;
  return {
    ...{ perSecond: jobs / seconds, p50: Number.NaN, p99: Number.NaN },
    cpu: ((cpuSeconds(server.pid) - before) / jobs) * 1_000_000,
    rss: memory(server.pid).now,
  };
}

/**
 * Enqueues in small batches: if requests arrive faster than the queue accepts jobs, the sweeper enqueues the rest only
 * a minute later.
 */
async function fill(queue: Queue, feed: Side['feed'], jobs: number): Promise<void> {
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

function middle(rounds: Round[]): Cost {
  return {
    ...{ p50: Number.NaN, p99: Number.NaN },
    cpu: median(rounds.map(({ cpu }) => cpu)),
    rss: median(rounds.map(({ rss }) => rss)),
  };
}
