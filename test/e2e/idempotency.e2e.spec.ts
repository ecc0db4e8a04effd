import { useServers } from '../support/use-server';
import { aPackage } from '../support/a-package';
import { useServer } from '../support/use-server';
import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { answered } from '../support/answered';
import { type Api, connect } from '../support/api';
import { newCustomer, openSession } from '../support/callers';
import { killAt, KILLABLE } from '../support/killable';
import { newKey, newStaff, signIn } from '../support/staff';

const boots = aPackage();
const register = (who: Api, key: string | undefined, body: string | object = boots) =>
  who.post('/packages', body, { headers: key === undefined ? {} : { 'Idempotency-Key': key } });

describe('Idempotency-Key', () => {
  const { server, database, api, admin } = useServer();

  const registrations = async (name: string): Promise<number> => {
    const { rows } = await database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM registrations WHERE name = $1',
      [name],
    );
    return rows[0]!.count;
  };
  const keysKept = async (key: string): Promise<number> =>
    (await database.query('SELECT 1 FROM idempotency_keys WHERE key = $1', [key])).rowCount as number;

  it('returns the first reply byte for byte to a repeat and marks it as replayed', async () => {
    const customer = await newCustomer(api);
    const key = randomUUID();
    const first = await answered(register(customer, key), 202);
    expect(first.headers).not.toHaveProperty('idempotent-replayed');
    const repeat = await answered(register(customer, `"${key}"`), 202);
    expect(repeat.headers['idempotent-replayed']).toBe('true');
    expect(repeat.text).toBe(first.text);
    for (const header of ['location', 'retry-after', 'content-type', 'cache-control'])
      expect([header, repeat.headers[header]]).toEqual([header, first.headers[header]]);
    expect(first.headers.location).toBe(`/api/v1/packages/status/${first.body.id}`);
    expect(repeat.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
  });

  it('creates one package for 50 parallel requests; each gets the same reply or 409', async () => {
    const customer = await newCustomer(api);
    const body = { ...boots, name: randomUUID() };
    const key = randomUUID();
    const replies = await Promise.all(Array.from({ length: 50 }, () => register(customer, key, body)));
    const accepted = replies.filter(({ status }) => status === 202);
    const waiting = replies.filter(({ status }) => status !== 202);
    expect(new Set(accepted.map(({ text }) => text)).size).toBe(1);
    for (const { status, headers, body: problem } of waiting) {
      expect([status, problem.code, headers['retry-after']]).toEqual([409, 'idempotency_key_in_flight', '1']);
    }
    expect(await registrations(body.name)).toBe(1);
    expect((await answered(register(customer, key, body), 202)).text).toBe(accepted[0]?.text);
  });

  it('compares bodies as JSON, ignoring order and white space', async () => {
    const customer = await newCustomer(api);
    const key = randomUUID();
    const first = await answered(register(customer, key), 202);
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(boots).toReversed()), null, 2);
    expect((await answered(register(customer, key, reordered), 202)).text).toBe(first.text);
  });

  it.each([
    ['another body', { ...boots, name: 'Summer boots' }],
    ['a body that would be refused', {}],
  ])('refuses %s under the same key', async (_, other) => {
    const customer = await newCustomer(api);
    const key = randomUUID();
    await answered(register(customer, key), 202);
    const { body: problem } = await answered(register(customer, key, other), 422);
    expect(problem).toMatchObject({
      code: 'idempotency_key_reused',
      errors: [{ header: 'Idempotency-Key' }],
    });
  });

  it('is scoped to its owner: another owner may use the same key', async () => {
    const key = randomUUID();
    const [one, other] = [await newCustomer(api), await newCustomer(api)];
    const first = await answered(register(one, key), 202);
    const second = await answered(register(other, key, { ...boots, name: 'Skis' }), 202);
    expect(second.body.id).not.toBe(first.body.id);
    expect(second.headers).not.toHaveProperty('idempotent-replayed');
  });

  it('is shared by all sessions of a user', async () => {
    const user = await newStaff(admin, 'agent');
    const [one, next] = [await signIn(api, user), await signIn(api, user)];
    const key = randomUUID();
    const first = await answered(register(api.as({ cookie: one }), key), 202);
    const repeat = await answered(register(api.as({ cookie: next }), key), 202);
    expect([repeat.text, repeat.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
  });

  it('stays valid when the customer signs in', async () => {
    const user = await newStaff(admin, 'agent');
    const anonymous = await openSession(api);
    const [key, name] = [randomUUID(), randomUUID()];
    const before = await answered(register(api.as({ cookie: anonymous }), key, { ...boots, name }), 202);
    const cookie = await signIn(api, user, { Cookie: anonymous });
    const signedIn = api.as({ cookie });
    expect((await answered(register(signedIn, key, { ...boots, name }), 202)).text).toBe(before.text);
    await answered(register(signedIn, key), 422);
    const elsewhere = api.as({ cookie: await signIn(api, user) });
    expect((await answered(register(elsewhere, key, { ...boots, name }), 202)).text).toBe(before.text);
    expect(await registrations(name)).toBe(1);
    // After the sign-out, the next caller may be another person.
    await answered(signedIn.delete('/sessions/current'), 204);
    await answered(register(await newCustomer(api), key, { ...boots, name }), 202);
    expect(await registrations(name)).toBe(2);
  });

  it('keeps both replies of one key when two owners are later linked to one user', async () => {
    const user = await newStaff(admin, 'agent');
    const key = randomUUID();
    const bodies = [randomUUID(), randomUUID()].map((name) => ({ ...boots, name }));
    const replies = [];
    let cookie = '';
    for (const body of bodies) {
      const anonymous = await openSession(api);
      replies.push((await answered(register(api.as({ cookie: anonymous }), key, body), 202)).text);
      cookie = await signIn(api, user, { Cookie: anonymous });
    }
    for (const [index, body] of bodies.entries())
      expect((await answered(register(api.as({ cookie }), key, body), 202)).text).toBe(replies[index]);
    const { body: problem } = await answered(register(api.as({ cookie }), key), 422);
    expect(problem.code).toBe('idempotency_key_reused');
  });

  it('creates one package for parallel requests from several sessions of one user', async () => {
    const user = await newStaff(admin, 'agent');
    const anonymous = await openSession(api);
    const sessions = [await signIn(api, user, { Cookie: anonymous }), await signIn(api, user)];
    const body = { ...boots, name: randomUUID() };
    const key = randomUUID();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => register(api.as({ cookie: sessions[n % 2]! }), key, body)),
    );
    expect(replies.filter(({ status }) => ![202, 409].includes(status))).toEqual([]);
    expect(await registrations(body.name)).toBe(1);
  });

  it('stays valid when the API key is rotated', async () => {
    const old = await newKey(admin, ['packages:write']);
    const key = randomUUID();
    const first = await answered(register(api.as({ key: old.key }), key), 202);
    const { body } = await answered(admin.post(`/api-keys/${old.id}/rotate`, {}), 201);
    expect((await answered(register(api.as({ key: body.key }), key), 202)).text).toBe(first.text);
  });

  it('stores nothing of a failed attempt, which can be retried', async () => {
    const customer = await newCustomer(api);
    const key = randomUUID();
    await answered(register(customer, key, { ...boots, type_id: 999_999 }), 422);
    await answered(register(customer, key, { name: 1 }), 422);
    expect(await keysKept(key)).toBe(0);
    const done = await answered(register(customer, key), 202);
    expect(done.headers).not.toHaveProperty('idempotent-replayed');
    expect(await keysKept(key)).toBe(1);
  });

  it('expires after 24 hours', async () => {
    const customer = await newCustomer(api);
    const key = randomUUID();
    const first = await answered(register(customer, key), 202);
    const age = (interval: string) =>
      database.query(`UPDATE idempotency_keys SET created_at = now() - $2::interval WHERE key = $1`, [
        key,
        interval,
      ]);
    await age('23 hours 59 minutes');
    expect((await answered(register(customer, key), 202)).body.id).toBe(first.body.id);
    await age('24 hours 1 second');
    const later = await answered(register(customer, key, { ...boots, name: 'Skis' }), 202);
    expect(later.body.id).not.toBe(first.body.id);
    expect((await answered(register(customer, key, { ...boots, name: 'Skis' }), 202)).text).toBe(later.text);
  });

  it('is optional: without it each request is new', async () => {
    const customer = await newCustomer(api);
    const [one, other] = [await register(customer, undefined), await register(customer, undefined)];
    expect(one.body.id).not.toBe(other.body.id);
  });

  it.each([
    ['two of them', ['a', 'b']],
    ['an empty one', ['']],
    ['one that is too long', ['x'.repeat(256)]],
  ])('refuses %s', async (_, values) => {
    // The test client can't send a header twice.
    const asked = request(server.url)
      .post('/api/v1/packages')
      .set('Cookie', await openSession(api));
    const { body: problem } = await asked.set({ 'Idempotency-Key': values }).send(boots).expect(400);
    expect(problem).toMatchObject({ code: 'bad_request', errors: [{ header: 'Idempotency-Key' }] });
  });

  it('is ignored on routes that issue credentials', async () => {
    const open = () => api.post('/sessions', undefined, { headers: { 'Idempotency-Key': 'same' } });
    const [one, other] = [await answered(open(), 201), await answered(open(), 201)];
    expect(one.body.id).not.toBe(other.body.id);
  });

  it('works with more parallel requests than database connections', async () => {
    const customer = await newCustomer(api);
    // No seed has this currency, so the server queries the database for it.
    const unknown = { ...boots, content_value: { amount: '1', currency: 'XQZ' } };
    const replies = await Promise.all(
      Array.from({ length: 40 }, () => register(customer, randomUUID(), unknown)),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(40).fill(422));
  });
});

// Uses its own database: the process would also die of a pending registration of another test.
describe('Idempotency-Key, when the process dies between the commit and the reply', () => {
  const { start } = useServers();

  it('returns the stored reply after a restart', async () => {
    const dying = await start({ preload: KILLABLE });
    await killAt(dying, 'after the commit');
    const cookie = await openSession(await connect(dying.url));
    const key = randomUUID();
    const doomed = (await connect(dying.url)).as({ cookie });
    await expect(register(doomed, key)).rejects.toThrow('socket hang up');
    expect(await dying.exited).toMatchObject({ signal: 'SIGKILL' });

    const next = await start();
    const customer = (await connect(next.url)).as({ cookie });
    const retry = await answered(register(customer, key), 202);
    expect(retry.headers['idempotent-replayed']).toBe('true');
    expect(retry.body.state).toBe('pending');
    const status = await answered(customer.get(String(retry.headers.location)), 200);
    expect(status.body.id).toBe(retry.body.id);
    const other = await answered(register(customer, randomUUID()), 202);
    expect(other.body.id).not.toBe(retry.body.id);
  });
});
