import type { Pool } from 'pg';
import { eventually } from '../test/support/poll';
import { cpuSeconds, memory } from './processes';
import type { Cost } from './result';
import type { Server } from './servers';
import { compare, median, type Verdict } from './statistics';

export const DEADLINE_MS = 120_000;

/** A side that processes a backlog. */
export interface BacklogSide {
  server: Server;
  /** Prepares a backlog without processing it. */
  fill(count: number): Promise<void>;
  /** Starts to process the backlog. */
  start(): Promise<void>;
  /** SQL: the number of rows that finished since `$1`, and the time of the last one. */
  finished: string;
}

interface Round extends Cost {
  perSecond: number;
}

/** Measures how fast two sides process backlogs of the same size. Alternates between them after a warm-up. */
export async function compareBacklogs(
  pool: Pool,
  [ours, theirs]: [ours: BacklogSide, theirs: BacklogSide],
  { rounds, count }: { rounds: number; count: number },
): Promise<Verdict & { cost: { ours: Cost; baseline: Cost } }> {
  const done = { ours: [] as Round[], theirs: [] as Round[] };
  for (const side of [ours, theirs]) await measureRound(pool, side, Math.ceil(count / 4)); // The first round warms up.
  for (let round = 0; round < rounds; round += 1) {
    done.ours.push(await measureRound(pool, ours, count));
    done.theirs.push(await measureRound(pool, theirs, count));
  }
  const speeds = (of: Round[]) => of.map(({ perSecond }) => perSecond);
  return {
    ...compare(speeds(done.ours), speeds(done.theirs)),
    cost: { ours: middle(done.ours), baseline: middle(done.theirs) },
  };
}

async function measureRound(pool: Pool, side: BacklogSide, count: number): Promise<Round> {
  const { server, finished } = side;
  await side.fill(count);
  const { rows } = await pool.query<{ start: Date }>('SELECT clock_timestamp() AS start');
  const start = rows[0]!.start;
  const before = cpuSeconds(server.pid);
  await side.start();
  const last = await eventually(
    async () => {
      const { rows: seen } = await pool.query<{ count: number; last: Date }>(finished, [start]);
      return seen[0]!.count >= count && seen[0]!.last;
    },
    { describe: `a backlog of ${count} is processed`, deadlineMs: DEADLINE_MS, everyMs: 25 },
  );
  const seconds = (last.getTime() - start.getTime()) / 1_000;
  return {
    ...{ perSecond: count / seconds, p50: Number.NaN, p99: Number.NaN },
    cpu: ((cpuSeconds(server.pid) - before) / count) * 1_000_000,
    rss: memory(server.pid).now,
  };
}

function middle(rounds: Round[]): Cost {
  return {
    ...{ p50: Number.NaN, p99: Number.NaN },
    cpu: median(rounds.map(({ cpu }) => cpu)),
    rss: median(rounds.map(({ rss }) => rss)),
  };
}
