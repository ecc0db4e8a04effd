import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Pool } from 'pg';
import type { migrate as migrateDatabase } from '../../libs/database/src/data-source';

const DIST = path.resolve(__dirname, '../../dist');
const CONNECTIONS = 4;
const BATCH = 500;
const DAYS = 30;

// Uses the build, because entities need its decorator metadata.
const built = <T>(file: string): T => require(path.join(DIST, file)) as T;
const { migrate } = built<{ migrate: typeof migrateDatabase }>('libs/database/src/index.js');
const { schema } = built<{ schema: Omit<Parameters<typeof migrateDatabase>[0], 'url'> }>(
  'apps/server/src/schema.js',
);
const { COMPLETE } = built<{ COMPLETE: string }>('apps/server/src/packages/registrations.statements.js');

/** Creates packages of the last 30 days, with the statement that finishes registrations. Every tenth has no cost. */
export async function loadPackages(url: string, count: number): Promise<{ perSecond: number }> {
  await migrate({ ...schema, url });
  const pool = new Pool({ connectionString: url, max: CONNECTIONS });
  const started = performance.now();
  try {
    const sizes = Array.from({ length: Math.ceil(count / BATCH) }, (_, n) =>
      Math.min(BATCH, count - n * BATCH),
    );
    const waiting = sizes.values();
    const loaders = Array.from({ length: CONNECTIONS }, async () => {
      for (const size of waiting) await loadBatch(pool, size);
    });
    await Promise.all(loaders);
    const perSecond = (count * 1_000) / (performance.now() - started);
    await pool.query('VACUUM ANALYZE');
    return { perSecond };
  } finally {
    await pool.end();
  }
}

async function loadBatch(pool: Pool, size: number): Promise<void> {
  const ids = Array.from({ length: size }, () => randomUUID());
  await pool.query({
    name: 'accept',
    text: `INSERT INTO registrations (id, owner_id, name, weight_kg, content_amount, content_currency, type_id, requeue_at, created_at)
      SELECT id, id, 'Winter boots', 1.5, 10.99, 'USD', 1 + n % 3, now(), now() - random() * ${DAYS - 1} * interval '1 day'
      FROM unnest($1::uuid[]) WITH ORDINALITY AS one (id, n)`,
    values: [ids],
  });
  const priced = ids.map((id, n) => (n % 10 === 9 ? { id, reason: 'rate_unavailable' } : { id, ...price() }));
  await pool.query({ name: 'complete', text: COMPLETE, values: [JSON.stringify(priced)] });
}

function price(): object {
  const cost = (Math.random() * 10_000).toFixed(2);
  return { cost, pricing: { formulaVersion: 1, rates: [], unrounded: cost } };
}

/** Returns the daily sums as text, to compare them. */
export const slotSums = (url: string): Promise<string> =>
  asText(
    url,
    `SELECT day::text, type_id, sum(packages)::int AS packages, sum(priced)::int AS priced, sum(cost)::text AS cost
     FROM daily_costs GROUP BY 1, 2 ORDER BY 1, 2`,
  );

/** Returns the same sums, computed from the packages. */
export const sumsOfPackages = (url: string): Promise<string> =>
  asText(
    url,
    `SELECT (created_at AT TIME ZONE 'Europe/Moscow')::date::text AS day, type_id, count(*)::int AS packages,
       count(delivery_cost)::int AS priced, coalesce(sum(delivery_cost), 0.00)::text AS cost
     FROM packages WHERE status <> 'cancelled' GROUP BY 1, 2 ORDER BY 1, 2`,
  );

async function asText(url: string, text: string): Promise<string> {
  const pool = new Pool({ connectionString: url, max: 1 });
  try {
    return JSON.stringify((await pool.query(text)).rows);
  } finally {
    await pool.end();
  }
}
