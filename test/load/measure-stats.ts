import { mkdirSync } from 'node:fs';
import { startServer } from '../support/server';

const REQUESTS = 200;
const WARM_UP = 20;
const KEY = 'k'.repeat(40);

/** Starts a server on the database, and measures its daily statistics of the last 30 days, one request at a time. */
export async function measureStats(
  databaseUrl: string,
  dataDir: string,
): Promise<{ p50: number; p99: number }> {
  mkdirSync(dataDir, { recursive: true });
  const server = await startServer({
    role: 'all',
    databaseUrl,
    dataDir,
    env: {
      BOOTSTRAP_ADMIN_KEY: KEY,
      LIMIT_PRINCIPAL_PER_MINUTE: '1000000',
      LIMIT_ADDRESS_PER_MINUTE: '1000000',
    },
  });
  try {
    const times: number[] = [];
    for (let request = 0; request < WARM_UP + REQUESTS; request++) {
      const started = performance.now();
      await ask(server.url);
      if (request >= WARM_UP) times.push(performance.now() - started);
    }
    const sorted = times.toSorted((a, b) => a - b);
    return { p50: sorted[REQUESTS / 2]!, p99: sorted[Math.floor(REQUESTS * 0.99)]! };
  } finally {
    await server.stop();
  }
}

async function ask(url: string): Promise<void> {
  const reply = await fetch(`${url}/api/v1/packages/stats/daily`, {
    headers: { Authorization: `Bearer ${KEY}` },
    signal: AbortSignal.timeout(20_000),
  });
  const { items } = (await reply.json()) as { items: object[] };
  if (reply.status !== 200 || items.length === 0) throw new Error(`Answered ${reply.status} with no days`);
}
