import { useServer } from '../support/use-server';
import request, { type Response } from 'supertest';
import { answered } from '../support/answered';
import { newStaff } from '../support/staff';

const PRINCIPAL = 5;
const ADDRESS = 60;
const SESSIONS = 3;

describe('limits', () => {
  const { server, api } = useServer({
    env: {
      TRUST_PROXY: 'loopback',
      LIMIT_PRINCIPAL_PER_MINUTE: String(PRINCIPAL),
      LIMIT_ADDRESS_PER_MINUTE: String(ADDRESS),
      LIMIT_SESSIONS_PER_MINUTE: String(SESSIONS),
    },
  });
  let address: string;

  // Each test uses a different address, so that it has the whole quota.
  let addresses = 0;
  beforeEach(() => (address = `198.51.100.${++addresses}`));

  const headersOf = (cookie?: string) => ({
    'X-Forwarded-For': address,
    ...(cookie && { Cookie: cookie }),
  });
  const get = (path: string, cookie?: string, headers: Record<string, string> = {}) =>
    api.get(path, { headers: { ...headersOf(cookie), ...headers } });
  const open = (cookie?: string) => api.post('/sessions', undefined, { headers: headersOf(cookie) });
  const cookieOf = ({ headers }: Response) => String(headers['set-cookie']).split(';', 1)[0] as string;
  const newSession = async () => cookieOf(await answered(open(), 201));
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

  it('limit how many sessions an address opens per minute, and show how many are left', async () => {
    const replies: Response[] = [];
    for (let count = 0; count < SESSIONS; count++) replies.push(await answered(open(), 201));
    expect(limitHeaders(replies[0]!)[0]).toBe(
      `"default";q=${ADDRESS};w=60, "session_creation";q=${SESSIONS};w=60`,
    );
    for (const [n, reply] of replies.entries())
      expect(limitHeaders(reply)[1]).toMatch(
        new RegExp(
          `^"default";r=${ADDRESS - 1 - n};t=\\d+, "session_creation";r=${SESSIONS - 1 - n};t=\\d+$`,
        ),
      );
    expectRefused(await open());
    expectRefused(await get('/sessions/new'));
    expectRefused(await open('waybill_session=unknown'));
  });

  it('count a new session when an Authorization header makes the server ignore the cookie', async () => {
    const cookie = await newSession();
    for (let count = 1; count < SESSIONS; count++) await newSession();
    for (const Authorization of ['Bearer x', 'Basic dXNlcjpwYXNz', 'x']) {
      const headers = { ...headersOf(cookie), Authorization };
      expectRefused(await api.post('/sessions', undefined, { headers }));
      expectRefused(await api.get('/sessions/new', { headers }));
    }
  });

  it('do not count a request that returns an existing session', async () => {
    const cookie = await newSession();
    for (let count = 0; count < SESSIONS + 1; count++) await answered(open(cookie), 200);
    for (let count = 1; count < SESSIONS; count++) await newSession();
    expectRefused(await open());
  });

  it('limit how many requests a principal makes per minute, and show how many are left', async () => {
    const [cookie, other] = [await newSession(), await newSession()];
    for (let left = PRINCIPAL - 1; left >= 0; left--) {
      const reply = await answered(get('/sessions/current', cookie), 200);
      expect(limitHeaders(reply)[0]).toBe(`"default";q=${PRINCIPAL};w=60`);
      expect(limitHeaders(reply)[1]).toMatch(new RegExp(`^"default";r=${left};t=(60|[1-5]?\\d)$`));
    }
    const refused = await get('/sessions/current', cookie);
    expectRefused(refused);
    expect(limitHeaders(refused)[1]).toMatch(/^"default";r=0;t=\d+$/);
    await answered(get('/sessions/current', other), 200);
  });

  it('apply before the body is read, and after a cross-origin write or an unknown route is refused', async () => {
    const cookie = await newSession();
    for (let count = 0; count < PRINCIPAL; count++) await answered(get('/sessions/current', cookie), 200);
    const post = (path: string, headers: Record<string, string>) =>
      api.post(path, '{', { headers: { ...headersOf(cookie), ...headers } });
    expectRefused(await post('/packages', { 'Content-Type': 'text/plain' }));
    const crossOrigin = await post('/packages', { 'Sec-Fetch-Site': 'cross-site' });
    expect([crossOrigin.status, crossOrigin.body.code]).toEqual([403, 'cross_origin_write']);
    await answered(post('/nothing', {}), 404);
  });

  it('are shown on every reply to an address: a success, a refusal, a malformed path', async () => {
    const replies = [
      await get('/types'),
      await get('/nothing'),
      await get('/packages'),
      await request(server.url).get('/api/v1/%zz').set(headersOf()),
      await api.delete('/types', { headers: headersOf() }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([200, 404, 401, 400, 405]);
    for (const reply of replies) {
      expect(limitHeaders(reply)[0]).toBe(`"default";q=${ADDRESS};w=60`);
      expect(limitHeaders(reply)[1]).toMatch(/^"default";r=\d+;t=\d+$/);
    }
  });

  it('count bad credentials for the address, and then refuse the sessions of that address too', async () => {
    const cookie = await newSession();
    const bad = () => get('/packages', undefined, { Authorization: 'Bearer waybill_wrong' });
    for (let count = 0; count < ADDRESS; count++) await answered(bad(), 401);
    expectRefused(await get('/types'));
    const refused = await get('/sessions/current', cookie);
    expectRefused(refused);
    expect(limitHeaders(refused)[0]).toBe(`"default";q=${PRINCIPAL};w=60, "address";q=${ADDRESS};w=60`);
    await answered(bad(), 401);
    await answered(get('/nothing'), 404);
  });

  it('do not apply to health checks and metrics', async () => {
    for (const path of ['/livez', '/readyz', '/metrics']) {
      const { headers } = await answered(get(path), 200);
      expect(headers).not.toHaveProperty('ratelimit');
    }
  });
});

describe('limits of failed attempts', () => {
  const BAD = 4;
  const LOGINS = 3;
  const { api, admin } = useServer({
    env: {
      TRUST_PROXY: 'loopback',
      LIMIT_BAD_CREDENTIALS_PER_MINUTE: String(BAD),
      LOGIN_FAILURES_PER_ADDRESS: String(LOGINS),
    },
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

  describe('bad credentials', () => {
    const here = '192.0.2.1';
    const bad = (n: number): Record<string, string> =>
      n % 2 ? { Authorization: `Bearer waybill_${n}` } : { Cookie: `waybill_session=${n}` };

    it('are looked up until the limit of the address; then requests get 429 without a look-up', async () => {
      const proven = await open(here);
      const unproven = await open(here);
      await answered(current(here, { Cookie: proven }), 200);
      for (let n = 0; n < BAD; n++) {
        const reply = await answered(current(here, bad(n)), 401);
        expect(reply.headers['ratelimit-policy']).not.toContain('bad_credentials');
      }
      for (let n = 0; n < 3; n++) expectRefused(await current(here, bad(BAD + n)));
      // Valid, but only a look-up could show that.
      expectRefused(await current(here, { Cookie: unproven }));
      await answered(current('192.0.2.2', { Cookie: unproven }), 200);
      await answered(current(here, { Cookie: unproven }), 200);
      await answered(current(here, { Cookie: proven }), 200);
    });

    it('do not include missing or malformed credentials, which still get 401 beyond the limit', async () => {
      for (let n = 0; n < BAD + 1; n++) {
        await answered(current(here, {}), 401);
        await answered(current(here, { Authorization: 'Basic dXNlcjpwYXNz' }), 401);
        await answered(current(here, { Authorization: `Bearer ${'x'.repeat(300)}` }), 401);
      }
      await answered(api.get('/types', { headers: { ...from(here), ...bad(1) } }), 200);
      await open(here);
    });

    it('are limited on POST /sessions too', async () => {
      const headers = { ...from(here), Cookie: 'waybill_session=unknown' };
      expectRefused(await api.post('/sessions', undefined, { headers }));
    });

    it('do not include valid ones, however many are new', async () => {
      const there = '192.0.2.3';
      for (let n = 0; n < BAD + 2; n++) await answered(current(there, { Cookie: await open(there) }), 200);
      await answered(current(there, bad(1)), 401);
    });

    it('that were valid before are looked up once more, and then limited', async () => {
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

    it('counts an invalid body for the address, and throttles before it validates the next one', async () => {
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

    it('does not count successes', async () => {
      const there = '192.0.2.7';
      const user = await newStaff(admin, 'agent');
      for (let n = 0; n < LOGINS + 2; n++)
        await answered(login(there, { email: user.email, password: user.password }), 200);
      for (let n = 0; n < LOGINS; n++) await answered(login(there, {}), 422);
      await answered(login(there, { email: user.email, password: user.password }), 429);
    });
  });
});
