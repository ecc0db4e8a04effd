import { Agent, get } from 'node:http';
import { Client } from 'pg';
import { type Api, connect } from '../support/api';
import { newCustomer } from '../support/callers';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/poll';
import { RawConnection } from '../support/raw-http';
import { startServer, type TestServer } from '../support/server';

const boots = { name: 'Boots', weight_kg: '1', content_value: { amount: '1', currency: 'RUB' }, type_id: 1 };

describe('a process and what it stands on', () => {
  let database: TestDatabase;
  let server: TestServer;
  let api: Api;
  let rival: Client;

  beforeEach(async () => {
    database = await createTestDatabase();
    server = await startServer({ databaseUrl: database.url, env: { OPS_PORT: '0' } });
    api = await connect(server.url);
    rival = new Client({ connectionString: database.url });
    rival.on('error', () => undefined);
    await rival.connect();
  });
  afterEach(async () => {
    await rival.end().catch(() => undefined);
    await server.kill();
    await database.drop();
  });

  const readiness = async (): Promise<number> =>
    (await fetch(`${server.opsUrl}/readyz`, { signal: AbortSignal.timeout(5_000) })).status;

  it('is told to stop: it is not ready any more, finishes what is in flight, and ends in order', async () => {
    const who = await newCustomer(api);
    await rival.query('BEGIN; LOCK TABLE registrations');
    const inFlight = who.post('/packages', boots);
    await eventually(async () => (await waitingForALock()) || undefined, {
      deadlineMs: 5_000,
      describe: 'the request to wait for the lock',
    });
    const stopped = server.stop();
    await eventually(async () => (await readiness()) === 503 || undefined, {
      deadlineMs: 5_000,
      describe: 'the process not to be ready',
    });
    await rival.query('COMMIT');
    expect((await inFlight).status).toBe(202);
    await stopped;
    const { rows } = await rival.query('SELECT state FROM registrations');
    expect(rows).toHaveLength(1);
  });

  it('is not kept from stopping by a connection that is only kept open', async () => {
    const agent = new Agent({ keepAlive: true });
    await new Promise((resolve, reject) => {
      get(`${server.url}/livez`, { agent }, (reply) => reply.resume().on('end', resolve)).on('error', reject);
    });
    expect(Object.keys(agent.freeSockets)).toHaveLength(1);
    await server.stop();
    agent.destroy();
  });

  it('is not kept from ending in order by requests that never arrive whole', async () => {
    const head = 'POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    const body = await RawConnection.open(server.url);
    body.send(`${head}Expect: 100-continue\r\nContent-Length: 9\r\n\r\n`);
    await eventually(() => body.text.includes('100 Continue'), { describe: 'the body is asked for' });
    const headers = [server.url, String(server.opsUrl)].map((url) => RawConnection.open(url));
    for (const connection of headers) (await connection).send('GET /livez HTTP/1.1\r\nHost: ');
    await server.stop();
  });

  it('is not ready, and says 503 without a driver’s word, while PostgreSQL is away; it is back when that is back', async () => {
    const who = await newCustomer(api);
    const name = new URL(database.url).pathname.slice(1);
    await rival.end();
    const admin = new Client({ connectionString: database.url.replace(/\/[^/]+$/, '/postgres') });
    await admin.connect();
    const allow = (allowed: boolean) => admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${allowed}`);
    await allow(false);
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    expect(await readiness()).toBe(503);
    const refused = await who.get('/packages');
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
      503,
      'unavailable',
      '5',
    ]);
    expect(JSON.stringify(refused.body)).not.toMatch(/database|connection|postgres/i);
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
    await allow(true);
    await admin.end();
    await eventually(async () => (await readiness()) === 200 || undefined, {
      deadlineMs: 10_000,
      describe: 'the process to be ready again',
    });
    expect((await who.post('/packages', boots)).status).toBe(202);
  });

  async function waitingForALock(): Promise<boolean> {
    // Within a transaction PostgreSQL shows the activity of the first look.
    await rival.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await rival.query(
      `SELECT 1 FROM pg_stat_activity
       WHERE wait_event_type = 'Lock' AND datname = current_database() AND query ~ '^SELECT count.* FROM registrations'`,
    );
    return rows.length > 0;
  }
});
