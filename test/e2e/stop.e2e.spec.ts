import { aPackage } from '../support/a-package';
import { useServer } from '../support/use-server';
import { Agent, get } from 'node:http';
import { Client } from 'pg';
import { newCustomer } from '../support/callers';
import { eventually } from '../support/poll';
import { RawConnection } from '../support/raw-http';

const boots = aPackage();

describe('the server process', () => {
  const { server, database, api, onClose } = useServer({ per: 'test', env: { OPS_PORT: '0' } });
  let rival: Client;

  beforeEach(async () => {
    rival = new Client({ connectionString: database.url });
    rival.on('error', () => undefined);
    await rival.connect();
    // Runs before the server stops, because the stop would wait for its locks.
    onClose(() => rival.end().catch(() => undefined));
  });

  const readiness = async (): Promise<number> =>
    (await fetch(`${server.opsUrl}/readyz`, { signal: AbortSignal.timeout(60_000) })).status;

  it('stops gracefully: it becomes not ready, finishes requests in flight and exits', async () => {
    const who = await newCustomer(api);
    await rival.query('BEGIN; LOCK TABLE registrations');
    const inFlight = who.post('/packages', boots);
    await eventually(async () => (await waitingForALock()) || undefined, {
      describe: 'the request waits for the lock',
    });
    const stopped = server.stop();
    await eventually(async () => (await readiness()) === 503 || undefined, {
      describe: 'the process is not ready',
    });
    await rival.query('COMMIT');
    expect((await inFlight).status).toBe(202);
    await stopped;
    const { rows } = await rival.query('SELECT state FROM registrations');
    expect(rows).toHaveLength(1);
  });

  it('stops although an idle keep-alive connection is open', async () => {
    const agent = new Agent({ keepAlive: true });
    await new Promise((resolve, reject) => {
      get(`${server.url}/livez`, { agent }, (reply) => reply.resume().on('end', resolve)).on('error', reject);
    });
    expect(Object.keys(agent.freeSockets)).toHaveLength(1);
    await server.stop();
    agent.destroy();
  });

  it('stops gracefully although some requests never arrive completely', async () => {
    const head = 'POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    const body = await RawConnection.open(server.url);
    body.send(`${head}Expect: 100-continue\r\nContent-Length: 9\r\n\r\n`);
    await eventually(() => body.text.includes('100 Continue'), { describe: 'the server sends 100 Continue' });
    const headers = [server.url, String(server.opsUrl)].map((url) => RawConnection.open(url));
    for (const connection of headers) (await connection).send('GET /livez HTTP/1.1\r\nHost: ');
    await server.stop();
  });

  it('answers 503 without driver details while PostgreSQL is down and recovers when it returns', async () => {
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
      describe: 'the process is ready again',
    });
    expect((await who.post('/packages', boots)).status).toBe(202);
  });

  async function waitingForALock(): Promise<boolean> {
    // Within a transaction, PostgreSQL repeats the activity of the first query.
    await rival.query('SELECT pg_stat_clear_snapshot()');
    // The sweeper may wait too; only the request counts pending registrations.
    const { rows } = await rival.query(
      `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE relation = 'registrations'::regclass AND NOT granted AND query ~ '^SELECT.*count'`,
    );
    return rows.length > 0;
  }
});
