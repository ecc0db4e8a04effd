import path from 'node:path';
import { Pool } from 'pg';
import { produce } from '../test/support/produce';
import { type BacklogSide, compareBacklogs } from './backlog';
import type { Bench, BenchPath } from './bench';
import { memory } from './processes';
import type { Result } from './result';
import { type Server, startBaseline } from './servers';

const TOPIC = 'orders.order.placed.v1';
const OUR_PREFIX = 'bench';
const BARE_PREFIX = 'bare';

export interface StreamPathOptions {
  name: string;
  description: string;
  target: number;
}

/**
 * Measures how fast a worker stores orders from the order stream. The process is suspended while the orders are
 * published, so that publishing is not measured.
 */
export function streamPath({ name, description, target }: StreamPathOptions): BenchPath {
  return {
    ...{ name, description, needs: 'nats' },
    measure: async (bench) => [await measure(bench, name, target)],
  };
}

async function measure(bench: Bench, name: string, target: number): Promise<Result> {
  const natsUrl = bench.services.natsUrl!;
  const databaseUrl = await bench.services.createDatabase(name);
  const broker = { url: natsUrl, prefix: OUR_PREFIX };
  const server = await bench.start(name, { role: 'all', databaseUrl, broker });
  const baseline = await startBaseline(
    'stream',
    { DATABASE_URL: databaseUrl, NATS_URL: natsUrl, SUBJECT: `${BARE_PREFIX}.${TOPIC}` },
    path.join(bench.services.dir, `${name}-baseline`),
  );
  const pool = new Pool({ connectionString: databaseUrl, max: 2 });
  const sides: [BacklogSide, BacklogSide] = [
    sideOf(server, natsUrl, OUR_PREFIX, 'order_inbox'),
    sideOf(baseline, natsUrl, BARE_PREFIX, 'bench_order_inbox'),
  ];
  try {
    const { rounds, orders } = bench.effort;
    const verdict = await compareBacklogs(pool, sides, { rounds, count: orders });
    bench.peaks.set(name, memory(server.pid).peak);
    return { ...{ path: name, unit: 'orders/s', target, notes: [] }, ...verdict };
  } finally {
    await pool.end();
    await Promise.all([server.stop(), baseline.stop()]);
  }
}

function sideOf(server: Server, natsUrl: string, prefix: string, inbox: string): BacklogSide {
  let seed = 0;
  return {
    server,
    fill: async (count) => {
      seed += 1; // Another seed generates other orders.
      process.kill(server.pid, 'SIGSTOP');
      await produce(['--seed', `${seed}`, '--count', `${count}`], {
        BROKER_URL: natsUrl,
        BROKER_PREFIX: prefix,
      });
    },
    start: async () => void process.kill(server.pid, 'SIGCONT'),
    finished: `SELECT count(*)::int AS count, max(received_at) AS last FROM ${inbox} WHERE received_at >= $1`,
  };
}
