import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { startServer, type TestServer } from '../support/server';

const REQUESTS = 200;
const WARM_UP = 20;
const KEY = 'k'.repeat(40);
const LIMITS = { LIMIT_PRINCIPAL_PER_MINUTE: '1000000', LIMIT_ADDRESS_PER_MINUTE: '1000000' };

export interface Times {
  p50: number;
  p99: number;
}

/**
 * Starts a server on each database, and measures how long it takes to read the daily statistics of the last 30 days.
 * Sends one request at a time to each server in turn, so that other work on the machine slows all servers equally.
 */
export async function measureStats(databaseUrls: readonly string[], dir: string): Promise<Times[]> {
  const servers: TestServer[] = [];
  try {
    for (const [n, databaseUrl] of databaseUrls.entries()) {
      const dataDir = path.join(dir, `server-${n}`);
      mkdirSync(dataDir);
      const env = { BOOTSTRAP_ADMIN_KEY: KEY, ...LIMITS };
      servers.push(await startServer({ role: 'all', databaseUrl, dataDir, env }));
    }
    const times = servers.map((): number[] => []);
    for (let request = 0; request < WARM_UP + REQUESTS; request++)
      for (const [n, { url }] of servers.entries()) {
        const took = await ask(url);
        if (request >= WARM_UP) times[n]!.push(took);
      }
    return times.map((all) => timesOf(all));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

function timesOf(times: number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: sorted[Math.floor(times.length / 2)]!, p99: sorted[Math.floor(times.length * 0.99)]! };
}

/** Sends one request. @returns its duration in milliseconds */
async function ask(url: string): Promise<number> {
  const started = performance.now();
  const reply = await fetch(`${url}/api/v1/packages/stats/daily`, {
    headers: { Authorization: `Bearer ${KEY}` },
    signal: AbortSignal.timeout(20_000),
  });
  const { items } = (await reply.json()) as { items: object[] };
  if (reply.status !== 200 || items.length === 0) throw new Error(`Answered ${reply.status} with no days`);
  return performance.now() - started;
}
