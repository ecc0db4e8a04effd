import request, { type Response } from 'supertest';
import { answered } from '../support/answered';
import { type Api, connect } from '../support/api';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { startServer, type TestServer } from '../support/server';
import { newStaff } from '../support/staff';

const PRINCIPAL = 5;
const ADDRESS = 60;
const SESSIONS = 3;

describe('limits', () => {
  let database: TestDatabase;
  let server: TestServer;
  let api: Api;
  let sessions: string[];

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await startServer({
      databaseUrl: database.url,
      env: {
        LIMIT_PRINCIPAL_PER_MINUTE: String(PRINCIPAL),
        LIMIT_ADDRESS_PER_MINUTE: String(ADDRESS),
        LIMIT_SESSIONS_PER_MINUTE: String(SESSIONS),
      },
    });
    api = await connect(server.url);
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const get = (path: string, cookie?: string, headers: Record<string, string> = {}) =>
    api.get(path, { headers: { ...headers, ...(cookie && { Cookie: cookie }) } });
  const open = (cookie?: string) =>
    api.post('/sessions', undefined, { headers: cookie ? { Cookie: cookie } : {} });
  const limitHeaders = ({ headers }: Response) => [headers['ratelimit-policy'], headers['ratelimit']];
  const expectRefused = ({ status, headers, body }: Response) => {
    expect([status, body.code, headers['content-type']]).toEqual([
      429,
      'rate_limited',
      'application/problem+json; charset=utf-8',
    ]);
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(body.request_id).toBe(headers['x-request-id']);
  };

  // These build on one another: within the minute that they take, nothing is given back.
  it('let an address open so many sessions a minute, and show what is left', async () => {
    const replies: Response[] = [];
    for (let count = 0; count < SESSIONS; count++) replies.push(await answered(open(), 201));
    sessions = replies.map(({ headers }) => String(headers['set-cookie']).split(';', 1)[0] as string);
    expect(limitHeaders(replies[0]!)[0]).toBe(
      `"default";q=${ADDRESS};w=60, "session_creation";q=${SESSIONS};w=60`,
    );
    // The client has asked for the document, before.
    expect(limitHeaders(replies[2]!)[1]).toMatch(/^"default";r=56;t=\d+, "session_creation";r=0;t=\d+$/);
    expectRefused(await open());
    expectRefused(await get('/sessions/new'));
    expectRefused(await open('waybill_session=unknown'));
  });

  it('count a new session beside any Authorization header, where the cookie is ignored', async () => {
    for (const Authorization of ['Bearer x', 'Basic dXNlcjpwYXNz', 'x']) {
      const headers = { Authorization, Cookie: sessions[0] as string };
      expectRefused(await api.post('/sessions', undefined, { headers }));
      expectRefused(await api.get('/sessions/new', { headers }));
    }
  });

  it('count no session that is there already', async () => {
    for (let count = 0; count < 3; count++) await answered(open(sessions[0]), 200);
  });

  it('let a principal ask so often a minute, and say where it stands', async () => {
    for (let left = PRINCIPAL - 1; left >= 0; left--) {
      const reply = await answered(get('/sessions/current', sessions[0]), 200);
      expect(limitHeaders(reply)[0]).toBe(`"default";q=${PRINCIPAL};w=60`);
      expect(limitHeaders(reply)[1]).toMatch(new RegExp(`^"default";r=${left};t=(60|[1-5]?\\d)$`));
    }
    const refused = await get('/sessions/current', sessions[0]);
    expectRefused(refused);
    expect(limitHeaders(refused)[1]).toMatch(/^"default";r=0;t=\d+$/);
    await answered(get('/sessions/current', sessions[1]), 200);
  });

  it('refuse before the body is read, and after what is refused for good', async () => {
    const post = (path: string, headers: Record<string, string>) =>
      api.post(path, '{', { headers: { ...headers, Cookie: sessions[0] as string } });
    expectRefused(await post('/packages', { 'Content-Type': 'text/plain' }));
    const crossOrigin = await post('/packages', { 'Sec-Fetch-Site': 'cross-site' });
    expect([crossOrigin.status, crossOrigin.body.code]).toEqual([403, 'cross_origin_write']);
    await answered(post('/nothing', {}), 404);
  });

  it('say where an address stands on replies of every sort', async () => {
    const replies = await Promise.all([
      get('/types'),
      get('/nothing'),
      get('/packages'),
      request(server.url).get('/api/v1/%zz'),
      api.delete('/types'),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([200, 404, 401, 400, 405]);
    for (const reply of replies) {
      expect(limitHeaders(reply)[0]).toBe(`"default";q=${ADDRESS};w=60`);
      expect(limitHeaders(reply)[1]).toMatch(/^"default";r=\d+;t=\d+$/);
    }
  });

  it('count bad credentials for the address, which is refused where it is let in at all', async () => {
    const bad = () => get('/packages', undefined, { Authorization: 'Bearer waybill_wrong' });
    for (let count = 0; count < ADDRESS; count++) await answered(bad(), 401);
    expectRefused(await get('/types'));
    const refused = await get('/sessions/current', sessions[2]);
    expectRefused(refused);
    expect(limitHeaders(refused)[0]).toBe(`"default";q=${PRINCIPAL};w=60, "address";q=${ADDRESS};w=60`);
    await answered(bad(), 401);
    await answered(get('/nothing'), 404);
  });

  it('hold for no one who watches over the process', async () => {
    for (const path of ['/livez', '/readyz', '/metrics']) {
      const { headers } = await answered(get(path), 200);
      expect(headers).not.toHaveProperty('ratelimit');
    }
  });
});

describe('limits of what fails', () => {
  const BAD = 4;
  const LOGINS = 3;
  const KEY = 'k'.repeat(40);
  let database: TestDatabase;
  let server: TestServer;
  let api: Api;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await startServer({
      databaseUrl: database.url,
      env: {
        BOOTSTRAP_ADMIN_KEY: KEY,
        TRUST_PROXY: 'loopback',
        LIMIT_BAD_CREDENTIALS_PER_MINUTE: String(BAD),
        LOGIN_FAILURES_PER_ADDRESS: String(LOGINS),
      },
    });
    api = await connect(server.url);
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const from = (address: string) => ({ 'X-Forwarded-For': address });
  const current = (address: string, headers: Record<string, string>) =>
    api.get('/sessions/current', { headers: { ...from(address), ...headers } });
  const open = async (address: string): Promise<string> => {
    const { headers } = await answered(api.post('/sessions', undefined, { headers: from(address) }), 201);
    return String(headers['set-cookie']).split(';', 1)[0] as string;
  };
  const expectRefused = ({ status, headers, body }: Response) => {
    expect([status, body.code]).toEqual([429, 'rate_limited']);
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(headers['ratelimit-policy']).toContain(`"bad_credentials";q=${BAD};w=60`);
    expect(headers['ratelimit']).toMatch(/"bad_credentials";r=0;t=\d+/);
  };

  describe('credentials', () => {
    const here = '192.0.2.1';
    const bad = (n: number): Record<string, string> =>
      n % 2 ? { Authorization: `Bearer waybill_${n}` } : { Cookie: `waybill_session=${n}` };

    it('let an address present so many that prove nobody, and look up no more', async () => {
      const proven = await open(here);
      const unproven = await open(here);
      await answered(current(here, { Cookie: proven }), 200);
      for (let n = 0; n < BAD; n++) {
        const reply = await answered(current(here, bad(n)), 401);
        expect(reply.headers['ratelimit-policy']).not.toContain('bad_credentials');
      }
      for (let n = 0; n < 3; n++) expectRefused(await current(here, bad(BAD + n)));
      // Good, but only a look-up could tell.
      expectRefused(await current(here, { Cookie: unproven }));
      await answered(current('192.0.2.2', { Cookie: unproven }), 200);
      await answered(current(here, { Cookie: unproven }), 200);
      await answered(current(here, { Cookie: proven }), 200);
    });

    it('still tell those apart who present none, or what no look-up is needed for', async () => {
      for (let n = 0; n < BAD + 1; n++) {
        await answered(current(here, {}), 401);
        await answered(current(here, { Authorization: 'Basic dXNlcjpwYXNz' }), 401);
        await answered(current(here, { Authorization: `Bearer ${'x'.repeat(300)}` }), 401);
      }
      await answered(api.get('/types', { headers: { ...from(here), ...bad(1) } }), 200);
      await open(here);
    });

    it('hold where a session is asked for too', async () => {
      const headers = { ...from(here), Cookie: 'waybill_session=unknown' };
      expectRefused(await api.post('/sessions', undefined, { headers }));
    });

    it('count no good ones, however many are new', async () => {
      const there = '192.0.2.3';
      for (let n = 0; n < BAD + 2; n++) await answered(current(there, { Cookie: await open(there) }), 200);
      await answered(current(there, bad(1)), 401);
    });

    it('look up once more what has proved somebody before, and then no more', async () => {
      const there = '192.0.2.4';
      const cookie = await open(there);
      await answered(current(there, { Cookie: cookie }), 200);
      for (let n = 0; n < BAD; n++) await answered(current(there, bad(n)), 401);
      await answered(api.delete('/sessions/current', { headers: { ...from(there), Cookie: cookie } }), 204);
      await answered(current(there, { Cookie: cookie }), 401);
      expectRefused(await current(there, { Cookie: cookie }));
    });
  });

  describe('signing in', () => {
    const login = (address: string, body: object) =>
      api.post('/auth/login', body, { headers: from(address) });

    it('counts a body that breaks the rules for the address, before it looks at the next one', async () => {
      const there = '192.0.2.5';
      for (const body of [{}, { email: 1, password: 'x' }, { email: 'x@example.com', passwort: 'x' }])
        await answered(login(there, body), 422);
      for (const body of [{}, { email: 'x@example.com', password: 'wrong' }]) {
        const refused = await answered(login(there, body), 429);
        expect(refused.body.code).toBe('login_throttled');
        expect(Number(refused.headers['retry-after'])).toBeGreaterThan(800);
      }
      await answered(login('192.0.2.6', { email: 'x@example.com', password: 'wrong' }), 401);
    });

    it('counts nothing that succeeds', async () => {
      const there = '192.0.2.7';
      const user = await newStaff(api.as({ key: KEY }), 'agent');
      for (let n = 0; n < LOGINS + 2; n++)
        await answered(login(there, { email: user.email, password: user.password }), 200);
      for (let n = 0; n < LOGINS; n++) await answered(login(there, {}), 422);
      await answered(login(there, { email: user.email, password: user.password }), 429);
    });
  });
});
