import { aPackage } from '../support/a-package';
import { useServer } from '../support/use-server';
import { createHash, randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { answered } from '../support/answered';
import { openSession } from '../support/callers';

const PER_MINUTE = 20;
const BODY_LIMIT = 10_000;
const PACKAGES = '/api/v1/packages';
const boots = aPackage({ type_id: 3 });

type Headers = Record<string, string>;

// Each request has two faults; the test checks which one is reported.
describe('the order of refusals', () => {
  const powerless = randomUUID();
  const keptKey = randomUUID();
  const { database, api } = useServer({
    env: { LIMIT_PRINCIPAL_PER_MINUTE: String(PER_MINUTE), BODY_LIMIT_BYTES: String(BODY_LIMIT) },
  });
  /** Sessions: one within its rate limit, one beyond it, and one with a stored idempotency key. */
  let customer: Headers;
  let exhausted: Headers;
  let keeper: Headers;

  beforeAll(async () => {
    await database.query(
      `INSERT INTO api_keys (id, name, prefix, key_hash, scopes, owner_id) VALUES ($1, 'powerless', 'p', $2, '{}', $1)`,
      [randomUUID(), createHash('sha256').update(powerless).digest()],
    );
    [exhausted, keeper] = [await newSession(), await newSession()];
    for (const headers of [exhausted, powerlessKey()])
      for (let count = 0; count <= PER_MINUTE; count++)
        await send('GET', '/api/v1/sessions/current', headers);
    await answered(send('POST', PACKAGES, { ...keeper, ...key }, boots), 202);
    // The stored body is not valid any more.
    await database.query('UPDATE package_types SET archived_at = now() WHERE id = 3');
  });
  beforeEach(async () => {
    customer = await newSession();
  });

  const key = { 'Idempotency-Key': keptKey };
  const powerlessKey = (): Headers => ({ Authorization: `Bearer ${powerless}` });
  const crossSite = { 'Sec-Fetch-Site': 'cross-site' };
  const text = { 'Content-Type': 'text/plain' };
  const json = { 'Content-Type': 'application/json' };
  const tooLarge = ' '.repeat(BODY_LIMIT + 1);

  const newSession = async (): Promise<Headers> => ({ Cookie: await openSession(api) });
  const send = (method: 'GET' | 'POST' | 'DELETE', path: string, headers: Headers, body?: object | string) =>
    api.request(method, path, body, { headers });
  const post = (headers: Headers, body: object | string, query = '') =>
    send('POST', `${PACKAGES}${query}`, headers, body);

  it.each<[first: string, then: string, code: string, () => Promise<Response>]>([
    ['404 of the route', '401', 'route_not_found', () => send('GET', '/api/v1/nothing', {})],
    ['404 of the route', '429', 'route_not_found', () => send('GET', '/api/v1/nothing', exhausted)],
    ['404 of the route', '413', 'route_not_found', () => send('POST', '/api/v1/nothing', json, tooLarge)],
    [
      '404 of the route',
      '400 of the body',
      'route_not_found',
      () => send('POST', '/api/v1/nothing', json, '{'),
    ],
    ['405', '401', 'method_not_allowed', () => send('DELETE', PACKAGES, {})],
    ['405', '400 of the query', 'method_not_allowed', () => send('DELETE', `${PACKAGES}?a=1`, {})],
    ['401', '403 of the origin', 'unauthenticated', () => post(crossSite, boots)],
    ['401', '413', 'unauthenticated', () => post(json, tooLarge)],
    ['401', '415', 'unauthenticated', () => post(text, 'x')],
    ['401', '400 of the body', 'unauthenticated', () => post(json, '{')],
    ['401', '400 of the query', 'unauthenticated', () => send('GET', `${PACKAGES}?a=1`, {})],
    ['401', '422', 'unauthenticated', () => post({}, {})],
    [
      '401 of a bad key',
      'the good cookie beside it',
      'unauthenticated',
      () => post({ ...customer, Authorization: 'Bearer x' }, boots),
    ],
    ['403', '429', 'scope_missing', () => post(powerlessKey(), boots)],
    ['403', '415', 'scope_missing', () => post({ ...powerlessKey(), ...text }, 'x')],
    ['403', '400 of the body', 'scope_missing', () => post({ ...powerlessKey(), ...json }, '{')],
    ['403', '404 of the resource', 'scope_missing', () => send('GET', `${PACKAGES}/999999`, powerlessKey())],
    ['403 of the origin', '429', 'cross_origin_write', () => post({ ...exhausted, ...crossSite }, boots)],
    [
      '403 of the origin',
      '415',
      'cross_origin_write',
      () => post({ ...customer, ...crossSite, ...text }, 'x'),
    ],
    ['429', '413', 'rate_limited', () => post({ ...exhausted, ...json }, tooLarge)],
    ['429', '415', 'rate_limited', () => post({ ...exhausted, ...text }, 'x')],
    ['429', '400 of the query', 'rate_limited', () => send('GET', `${PACKAGES}?a=1`, exhausted)],
    ['429', '404 of the resource', 'rate_limited', () => send('GET', `${PACKAGES}/999999`, exhausted)],
    ['413', '400 of the query', 'body_too_large', () => post({ ...customer, ...json }, tooLarge, '?a=1')],
    ['415', '400 of the query', 'unsupported_media_type', () => post({ ...customer, ...text }, 'x', '?a=1')],
    [
      '415',
      '400 of a header',
      'unsupported_media_type',
      () => post({ ...customer, ...text, 'Idempotency-Key': '"' }, 'x'),
    ],
    ['400 of the body', '422', 'malformed_json', () => post({ ...customer, ...json }, '{"unknown":')],
    ['400 of the query', 'a replay', 'bad_request', () => post({ ...keeper, ...key }, boots, '?a=1')],
    ['400 of the query', '422', 'bad_request', () => post(customer, {}, '?a=1')],
    ['400 of a header', '422', 'bad_request', () => post({ ...customer, 'Idempotency-Key': '"' }, {})],
    [
      '400 of a header',
      '404 of the resource',
      'bad_request',
      () => send('GET', `${PACKAGES}/999999`, { ...customer, 'If-Match': 'x' }),
    ],
    [
      '400 of the query',
      '404 of the resource',
      'bad_request',
      () => send('GET', `${PACKAGES}/999999?a=1`, customer),
    ],
    ['422 of the key', '422 of the body', 'idempotency_key_reused', () => post({ ...keeper, ...key }, {})],
    [
      '404 of the resource',
      '412',
      'package_not_found',
      () => send('GET', `${PACKAGES}/999999`, { ...customer, 'If-Match': '"x"' }),
    ],
  ])('%s comes before %s: %s', async (_first, _then, code, ask) => {
    const { body, headers } = await ask();
    expect(body).toMatchObject({ code, request_id: headers['x-request-id'] });
  });

  it('a replay comes before 422', async () => {
    const replayed = await post({ ...keeper, ...key }, boots);
    expect([replayed.status, replayed.headers['idempotent-replayed']]).toEqual([202, 'true']);
    const fresh = await post({ ...keeper, 'Idempotency-Key': randomUUID() }, boots);
    expect([fresh.status, fresh.body.code]).toEqual([422, 'validation_failed']);
  });
});
