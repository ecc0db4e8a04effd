import { useServer } from '../support/use-server';
import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { answered } from '../support/answered';
import { connect } from '../support/api';
import { openSession } from '../support/callers';
import { type TestServer } from '../support/server';

const OWN = 'https://api.example.com';
const ALLOWED = 'https://app.example.com';
const FOREIGN = 'https://evil.example';

describe('pages of other origins', () => {
  const key = randomUUID();
  const { server, api, start } = useServer({
    env: {
      BOOTSTRAP_ADMIN_KEY: key,
      PUBLIC_URL: `${OWN}/`,
      CORS_ORIGINS: `${ALLOWED}, https://other.example.com`,
    },
  });
  let closed: TestServer;
  let cookie: string;

  beforeAll(async () => {
    closed = await start({ env: { PUBLIC_URL: '', CORS_ORIGINS: '' } });
    cookie = await openSession(api);
  });

  // The body is invalid: 422 shows that the write passed the origin check, and nothing changes.
  const codeOf = async (headers: Record<string, string>, on = api): Promise<string> =>
    (await on.post('/packages', {}, { headers })).body.code as string;

  it.each<[string, Record<string, string>, boolean]>([
    ['neither header, as curl', {}, true],
    ['a page of our origin', { 'Sec-Fetch-Site': 'same-origin', Origin: OWN }, true],
    ['a page of our origin without Fetch Metadata', { Origin: OWN }, true],
    ['a URL from the address bar', { 'Sec-Fetch-Site': 'none' }, true],
    ['an allowed page', { 'Sec-Fetch-Site': 'cross-site', Origin: ALLOWED }, true],
    ['an allowed page of our site', { 'Sec-Fetch-Site': 'same-site', Origin: ALLOWED }, true],
    ['a foreign page', { 'Sec-Fetch-Site': 'cross-site', Origin: FOREIGN }, false],
    ['a foreign page without Fetch Metadata', { Origin: FOREIGN }, false],
    ['a foreign page that hides its origin', { 'Sec-Fetch-Site': 'cross-site' }, false],
    ['another host of our site', { 'Sec-Fetch-Site': 'same-site' }, false],
    ['a sandboxed page', { Origin: 'null' }, false],
    ['a page of our host over plain HTTP', { Origin: 'http://api.example.com' }, false],
    ['an unknown value of Fetch Metadata', { 'Sec-Fetch-Site': 'friendly' }, false],
    ['our host, if PUBLIC_URL is another one', { Origin: 'http://127.0.0.1' }, false],
  ])('%s: a write with a session is accepted or refused', async (_, headers, isLetThrough) => {
    expect(await codeOf({ Cookie: cookie, ...headers })).toBe(
      isLetThrough ? 'validation_failed' : 'cross_origin_write',
    );
  });

  it('may write with an API key, which no browser adds by itself', async () => {
    const headers = { Authorization: `Bearer ${key}`, Origin: FOREIGN, 'Sec-Fetch-Site': 'cross-site' };
    expect(await codeOf(headers)).toBe('validation_failed');
    expect(await codeOf({ ...headers, Cookie: cookie })).toBe('validation_failed');
  });

  it('may not write with credentials that a browser adds by itself', async () => {
    const headers = { Authorization: 'Basic dXNlcjpwYXNz', Origin: FOREIGN, 'Sec-Fetch-Site': 'cross-site' };
    const reply = await api.post('/sessions', undefined, { headers: { ...headers, Cookie: cookie } });
    expect([reply.status, reply.body.code]).toEqual([403, 'cross_origin_write']);
    // If a route needs credentials, Basic is refused first with 401.
    expect(await codeOf({ ...headers, Cookie: cookie })).toBe('unauthenticated');
  });

  it('may not open a session in a visitor’s browser, with a cookie or without', async () => {
    for (const own of [{}, { Cookie: cookie }] as Record<string, string>[]) {
      const reply = await api.post('/sessions', undefined, {
        headers: { ...own, 'Sec-Fetch-Site': 'cross-site' },
      });
      expect([reply.status, reply.body.code]).toEqual([403, 'cross_origin_write']);
      expect(reply.headers).not.toHaveProperty('set-cookie');
    }
  });

  it('may send reads', async () => {
    const headers = { Cookie: cookie, Origin: FOREIGN, 'Sec-Fetch-Site': 'cross-site' };
    const reply = await answered(api.get('/sessions/current', { headers }), 200);
    expect(reply.headers).not.toHaveProperty('access-control-allow-origin');
    expect(reply.headers.vary).toBe('Origin');
  });

  it('are pages whose host differs from the Host header, if PUBLIC_URL is unset', async () => {
    const other = await connect(closed.url);
    const own = { Cookie: await openSession(other) };
    expect(await codeOf({ ...own, Origin: closed.url }, other)).toBe('validation_failed');
    expect(await codeOf({ ...own, Origin: server.url }, other)).toBe('cross_origin_write');
  });

  it('are pages under a foreign name that resolves to this server (DNS rebinding)', async () => {
    const cookieThere = await openSession(await connect(closed.url));
    const { port } = new URL(closed.url);
    const code = async (host: string, origin = `http://${host}`): Promise<string> => {
      const reply = await request(closed.url)
        .post('/api/v1/packages')
        .set({ Host: host, Origin: origin, 'Sec-Fetch-Site': 'same-origin', Cookie: cookieThere })
        .send({});
      return (reply.body as { code: string }).code;
    };
    for (const host of [`evil.example:${port}`, `localhost.evil.example:${port}`, `x:${port}`])
      expect([host, await code(host)]).toEqual([host, 'cross_origin_write']);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
      expect([host, await code(host)]).toEqual([host, 'validation_failed']);
  });

  describe('CORS', () => {
    it('lets allowed pages read replies, problems too', async () => {
      for (const path of ['/types', '/nothing', '/packages/%zz', `/packages/${'1'.repeat(600)}`]) {
        const { headers } = await request(server.url).get(`/api/v1${path}`).set({ Origin: ALLOWED });
        expect(headers).toMatchObject({
          'access-control-allow-origin': ALLOWED,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': expect.stringContaining('ETag'),
          vary: 'Origin',
        });
      }
    });

    const preflight = (on: TestServer, url: string, origin: string, method = 'POST') =>
      request(on.url).options(url).set({
        Origin: origin,
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': 'content-type,idempotency-key',
      });

    it('answers the preflights of allowed pages without credentials', async () => {
      const { headers, text } = await preflight(server, '/api/v1/packages', ALLOWED).expect(204);
      expect(text).toBe('');
      expect(headers).toMatchObject({
        'access-control-allow-origin': ALLOWED,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, HEAD, POST',
        'access-control-allow-headers': expect.stringContaining('Idempotency-Key'),
        'access-control-max-age': '600',
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      });
      await preflight(server, '/api/v1/nothing', ALLOWED).expect(404);
    });

    it('sends no CORS headers to other pages', async () => {
      for (const [on, origin] of [
        [server, FOREIGN],
        [server, 'null'],
        [closed, ALLOWED],
      ] as const) {
        const { headers } = await preflight(on, '/api/v1/packages', origin).expect(405);
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    });
  });
});
