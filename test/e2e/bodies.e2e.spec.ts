import { aPackage } from '../support/a-package';
import { useServer } from '../support/use-server';
import { readFileSync } from 'node:fs';
import { type Api } from '../support/api';
import { newCustomer } from '../support/callers';
import { newKey, newStaff, signIn } from '../support/staff';

const LARGEST_BODY = 262_144;
/** The limit in libs/http/src/requests/body-complexity.ts. */
const MAX_VALUES = 2_000;
/** Maximum CPU time for one body. */
const MAX_BLOCKED_MS = 25;
/** Unit of the times in /proc. */
const MS_PER_TICK = 10;

const boots = aPackage();
const fieldsOf = (count: number, name: (n: number) => string) =>
  `{${Array.from({ length: count }, (_, n) => `"${name(n)}":0`).join()}}`;
const listOf = (count: number, item: string) => `[${Array.from({ length: count }, () => item).join()}]`;

describe('malicious bodies', () => {
  const { server, api, admin } = useServer({
    env: { LOGIN_FAILURES_PER_ADDRESS: '1000', LOGIN_FAILURES_PER_ACCOUNT: '1000' },
  });
  let customer: Api;

  beforeAll(async () => {
    customer = await newCustomer(api);
  });

  const routes = ['/auth/login', '/packages', '/sessions'];

  it.each<[string, string, string]>([
    ['too many fields', fieldsOf(26_000, String), 'too_many_values'],
    ['too many items', listOf(MAX_VALUES + 1, '0'), 'too_many_values'],
    [
      'too many fields and items in total',
      listOf(MAX_VALUES / 2, '{"a":1}').replace('[', '[0,'),
      'too_many_values',
    ],
    ['lists that are nested too deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'too_deep'],
    ['objects that are nested too deep', `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`, 'too_deep'],
  ])('are refused before parsing: %s', async (_, body, code) => {
    for (const route of routes) {
      const reply = await customer.post(route, body);
      expect(reply).toMatchObject({
        status: 422,
        body: { code: 'body_too_complex', errors: [{ code, pointer: '' }] },
      });
      const again = await customer.post(route, body, { headers: { 'Idempotency-Key': 'k' } });
      expect(again.body).toMatchObject({ code: 'body_too_complex' });
    }
    const wrongQuery = await customer.post('/packages?a=1', body);
    expect(wrongQuery).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  });

  it('get at most 100 errors and a note that there are more', async () => {
    for (const route of routes) {
      const { body, status } = await customer.post(route, fieldsOf(MAX_VALUES, String));
      expect(status).toBe(422);
      expect(body.errors).toHaveLength(100);
      expect(body.detail).toMatch(/There are 200\d errors; the first 100 are listed\.$/);
    }
  });

  it.each<[string, string]>([
    ['26,000 fields', fieldsOf(26_000, String)],
    ['as many fields as may be, numbered', fieldsOf(MAX_VALUES, String)],
    ['as many fields as may be, with long names', fieldsOf(MAX_VALUES, (n) => `${n}`.padEnd(120, 'x'))],
    ['as many fields as may be, within one', `{"content_value":${fieldsOf(MAX_VALUES - 1, (n) => `k${n}`)}}`],
    ['as many objects as may be', `{"email":${listOf(MAX_VALUES - 1, '{}')}}`],
    ['one text', JSON.stringify({ email: 'x'.repeat(LARGEST_BODY - 100), password: 'y' })],
    [
      'combining marks that want sorting',
      JSON.stringify({ email: '\u0301\u0323'.repeat(60_000), password: 'y' }),
    ],
    ['a text of escapes only', `{"email":"${'\\"'.repeat(LARGEST_BODY / 2 - 100)}"}`],
    ['open brackets', '['.repeat(LARGEST_BODY - 1)],
  ])('do not block other requests: %s', async (_, body) => {
    const before = cpuMsOf(server.pid);
    const attack = async (route: string) => {
      for (let count = 0; count < 20; count++) await post(`${server.url}/api/v1${route}`, body);
    };
    await Promise.all([attack('/auth/login'), attack('/auth/login'), attack('/sessions')]);
    expect((cpuMsOf(server.pid) - before) / 60).toBeLessThan(MAX_BLOCKED_MS);
  });

  it.each(['toString', 'hasOwnProperty', 'valueOf', 'constructor', '__proto__', 'isPrototypeOf'])(
    'get 422 for a field with the name of an Object.prototype property: %s',
    async (name) => {
      const unknown = (pointer: string) => ({
        status: 422,
        body: { code: 'validation_failed', errors: [{ code: 'unknown_field', pointer }] },
      });
      const json = JSON.stringify(boots);
      const own = `"${name}":{"prototype":1},`;
      expect(await customer.post('/packages', json.replace('{', `{${own}`))).toMatchObject(
        unknown(`/${name}`),
      );
      expect(await customer.post('/packages', json.replace(':{', `:{${own}`))).toMatchObject(
        unknown(`/content_value/${name}`),
      );
      expect(await customer.post('/sessions', `{${own}"a":1}`.replace(',"a":1', ''))).toMatchObject(
        unknown(`/${name}`),
      );
    },
  );

  it.each(['toString', 'hasOwnProperty', 'valueOf', 'constructor', '__proto__'])(
    'refuse the query parameter %s',
    async (name) => {
      for (const path of ['/packages', '/types', '/sessions/current'])
        expect(await customer.get(`${path}?${name}=1`)).toMatchObject({
          status: 400,
          body: { errors: [{ code: 'unknown_parameter', parameter: name }] },
        });
    },
  );

  it.each(['-1', '0', '201', '1.5', 'ten', ''])('get an accurate error for limit=%s', async (limit) => {
    const { body } = await customer.get('/packages', { query: { limit } });
    expect(body.errors).toEqual([
      {
        code: 'is_whole_number',
        detail: 'limit must be an integer from 1 to 200.',
        parameter: 'limit',
      },
    ]);
  });

  describe('with an email address', () => {
    const password = 'seven wet herons on a roof';
    const create = (email: string) => admin.post('/users', { email, role: 'agent', password });

    it('are the same user in every Unicode normal form', async () => {
      const made = await create('Zoé@example.com'.normalize('NFD'));
      expect(made).toMatchObject({ status: 201, body: { email: 'zoé@example.com'.normalize('NFC') } });
      expect(await create('zoé@example.com'.normalize('NFC'))).toMatchObject({ status: 409 });
      for (const form of ['NFC', 'NFD'])
        await signIn(api, { email: 'ZOÉ@example.com'.normalize(form), password });
    });

    it.each(['\u200b', '\u200d', '\u202e', '\u2066', '\ufeff', '\u00ad', '\u3164', '\u00a0', '\ue000'])(
      'cannot contain an invisible character: %j',
      async (character) => {
        expect(await create(`olga${character}@example.com`)).toMatchObject({
          status: 422,
          body: { errors: [{ code: 'is_email_address', pointer: '/email' }] },
        });
      },
    );
  });

  it('accept a time with a four-digit year, in upper or lower case', async () => {
    const expiring = (expires_at: string) =>
      admin.post('/api-keys', { name: 'A test', scopes: ['packages:read'], expires_at });
    for (const time of ['9999-12-31T23:59:59-23:59', '2030-01-01T24:00:00Z', '2030-01-01T00:00:00+24:00'])
      expect(await expiring(time)).toMatchObject({
        status: 422,
        body: { errors: [{ code: 'is_timestamp', pointer: '/expires_at' }] },
      });
    expect((await expiring('2030-01-01t03:00:00+03:00')).body.expires_at).toBe('2030-01-01T00:00:00.000Z');
    expect((await expiring('2030-01-01t00:00:00z')).body.expires_at).toBe('2030-01-01T00:00:00.000Z');
  });

  it('refuse a new password that equals the old one', async () => {
    const staff = await newStaff(admin, 'agent');
    const user = api.as({ cookie: await signIn(api, staff) });
    const change = (new_password: string) =>
      user.post('/auth/password', { current_password: staff.password, new_password });
    const refused = {
      status: 422,
      body: { errors: [{ code: 'unchanged_password', pointer: '/new_password' }] },
    };
    expect(await change(staff.password)).toMatchObject(refused);
    const fullWidth = staff.password.replace('h', '\uff48');
    expect(await change(fullWidth)).toMatchObject(refused);
    expect(await change(`${staff.password}!`)).toMatchObject({ status: 204 });
  });

  it('refuse null as the overlap of a key rotation', async () => {
    const { id } = await newKey(admin, ['packages:read']);
    expect(await admin.post(`/api-keys/${id}/rotate`, { overlap_seconds: null })).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'not_nullable', pointer: '/overlap_seconds' }] },
    });
  });
});

async function post(url: string, body: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  const reply = await fetch(url, { method: 'POST', headers, body });
  await reply.arrayBuffer();
}

/**
 * Returns the CPU time that all threads of a process have used. A request blocks the event loop for at most the CPU time
 * that it takes. Unlike a delay, this does not depend on other processes of the machine.
 */
function cpuMsOf(pid: number): number {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13);
  return (Number(user) + Number(system)) * MS_PER_TICK;
}
