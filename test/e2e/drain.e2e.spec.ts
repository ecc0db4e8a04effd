import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { connect } from '../support/api';
import { newCustomer } from '../support/callers';
import { type CbrUpstream, startCbrUpstream } from '../support/cbr-upstream';
import { createTestDatabase, redisUrl, type TestDatabase } from '../support/database';
import { eventually } from '../support/poll';
import { dropKeys } from '../support/redis';
import { startServer } from '../support/server';

const boots = {
  name: 'Winter boots',
  weight_kg: '1.5',
  content_value: { amount: '10.99', currency: 'USD' },
  type_id: 1,
};
const found = redisUrl();
const prefix = `test-${randomBytes(6).toString('hex')}`;
const targets: { name: string; env: Record<string, string>; here: boolean }[] = [
  { name: 'PostgreSQL', env: {}, here: true },
  { name: 'Redis', env: { REDIS_URL: found ?? '', REDIS_PREFIX: prefix }, here: found !== undefined },
];

for (const { name, env: queue, here } of targets)
  (here ? describe : describe.skip)(`a process that is told to stop, with its queues in ${name}`, () => {
    let upstream: CbrUpstream;
    let database: TestDatabase;
    let client: Client;

    beforeAll(async () => {
      [upstream, database] = await Promise.all([startCbrUpstream(), createTestDatabase()]);
      client = new Client({ connectionString: database.url });
      await client.connect();
    });
    afterAll(async () => {
      await client.end();
      await Promise.all([upstream.stop(), database.drop()]);
      if (found) await dropKeys(found, prefix);
    });

    it('finishes the job that it is at, and commits its package', async () => {
      const env = { ...queue, CBR_JSON_URL: upstream.jsonUrl, CBR_XML_URL: upstream.xmlUrl };
      const server = await startServer({ databaseUrl: database.url, env });
      const who = await newCustomer(await connect(server.url));
      await client.query('BEGIN; LOCK TABLE packages IN SHARE MODE');
      expect((await who.post('/packages', boots)).status).toBe(202);
      await eventually(
        async () => {
          const { rows } = await client.query(
            `SELECT 1 FROM pg_locks WHERE relation = 'packages'::regclass AND NOT granted`,
          );
          return rows.length > 0;
        },
        { describe: 'the job waits for the lock on its table' },
      );

      const stopped = server.stop();
      await eventually(
        async () => (await fetch(`${server.url}/readyz`).catch(() => undefined))?.status !== 200,
        {
          describe: 'the server is not ready any more',
        },
      );
      await client.query('COMMIT');
      await stopped;
      const { rows } = await client.query(
        `SELECT r.state, r.attempts, p.name FROM registrations r JOIN packages p ON p.registration_id = r.id`,
      );
      expect(rows).toEqual([{ state: 'succeeded', attempts: 1, name: 'Winter boots' }]);
    });
  });
