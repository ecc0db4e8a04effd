import { resolve } from 'node:path';
import { Client } from 'pg';
import { connect } from '../support/api';
import { openSession } from '../support/callers';
import { type CbrUpstream, startCbrUpstream } from '../support/cbr-upstream';
import { createTestDatabase } from '../support/database';
import { eventually } from '../support/poll';
import { startServer } from '../support/server';

const preload = resolve(__dirname, '../support/kill-at.cjs');
const boots = {
  name: 'Winter boots',
  weight_kg: '1.5',
  content_value: { amount: '10.99', currency: 'USD' },
  type_id: 1,
};

describe('a registration whose process is killed', () => {
  let upstream: CbrUpstream;
  beforeAll(async () => {
    upstream = await startCbrUpstream();
  });
  afterAll(() => upstream.stop());

  it.each([
    'after the commit',
    'after the enqueue',
    'before the fetch',
    'after the fetch',
    'before the package’s commit',
    'after the package’s commit',
  ])('%s is a package, priced, once, after the next start', async (point) => {
    const database = await createTestDatabase();
    const env = { CBR_JSON_URL: upstream.jsonUrl, CBR_XML_URL: upstream.xmlUrl };
    const first = await startServer({ databaseUrl: database.url, preload, env: { ...env, KILL_AT: point } });
    const cookie = await openSession(await connect(first.url));
    // The reply may or may not get out before the process dies.
    await (
      await connect(first.url)
    )
      .as({ cookie })
      .post('/packages', boots)
      .catch(() => undefined);
    expect((await first.exited).signal).toBe('SIGKILL');

    const second = await startServer({ databaseUrl: database.url, env });
    const who = (await connect(second.url)).as({ cookie });
    const items = await eventually(
      async () => {
        const { body } = await who.get('/packages', { query: { has_cost: true } });
        return body.items.length > 0 ? body.items : undefined;
      },
      { deadlineMs: 15_000, describe: 'the package to be priced' },
    );
    expect(items).toMatchObject([{ name: 'Winter boots', cost: { amount: '72.24', currency: 'RUB' } }]);
    expect(await statesIn(database.url)).toEqual([{ state: 'succeeded', packages: 1 }]);
    await second.stop();
    await database.drop();
  });
});

async function statesIn(url: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    `SELECT state, count(p.id)::int AS packages FROM registrations r LEFT JOIN packages p ON p.registration_id = r.id GROUP BY r.id, state`,
  );
  await client.end();
  return rows;
}
