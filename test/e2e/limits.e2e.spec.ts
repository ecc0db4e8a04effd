import request, { type Response } from 'supertest';
import { answered } from '../support/answered';
import { type Api, connect } from '../support/api';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { startServer, type TestServer } from '../support/server';

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
  const standing = ({ headers }: Response) => [headers['ratelimit-policy'], headers['ratelimit']];
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
    expect(standing(replies[0]!)[0]).toBe(
      `"default";q=${ADDRESS};w=60, "session_creation";q=${SESSIONS};w=60`,
    );
    // The client has asked for the document, before.
    expect(standing(replies[2]!)[1]).toMatch(/^"default";r=56;t=\d+, "session_creation";r=0;t=\d+$/);
    expectRefused(await open());
    expectRefused(await get('/sessions/new'));
    expectRefused(await open('waybill_session=unknown'));
  });

  it('count no session that is there already', async () => {
    for (let count = 0; count < 3; count++) await answered(open(sessions[0]), 200);
  });

  it('let a principal ask so often a minute, and say where it stands', async () => {
    for (let left = PRINCIPAL - 1; left >= 0; left--) {
      const reply = await answered(get('/sessions/current', sessions[0]), 200);
      expect(standing(reply)[0]).toBe(`"default";q=${PRINCIPAL};w=60`);
      expect(standing(reply)[1]).toMatch(new RegExp(`^"default";r=${left};t=(60|[1-5]?\\d)$`));
    }
    const refused = await get('/sessions/current', sessions[0]);
    expectRefused(refused);
    expect(standing(refused)[1]).toMatch(/^"default";r=0;t=\d+$/);
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
      expect(standing(reply)[0]).toBe(`"default";q=${ADDRESS};w=60`);
      expect(standing(reply)[1]).toMatch(/^"default";r=\d+;t=\d+$/);
    }
  });

  it('count bad credentials for the address, which is refused where it is let in at all', async () => {
    const bad = () => get('/packages', undefined, { Authorization: 'Bearer waybill_wrong' });
    for (let count = 0; count < ADDRESS; count++) await answered(bad(), 401);
    expectRefused(await get('/types'));
    const refused = await get('/sessions/current', sessions[2]);
    expectRefused(refused);
    expect(standing(refused)[0]).toBe(`"default";q=${PRINCIPAL};w=60, "address";q=${ADDRESS};w=60`);
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
