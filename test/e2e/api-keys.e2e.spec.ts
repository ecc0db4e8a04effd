import { useServers } from '../support/use-server';
import { useServer } from '../support/use-server';
import { connect } from '../support/api';
import { eventually } from '../support/poll';
import { inSeconds, newKey, newSignedIn, newStaff, signIn } from '../support/staff';

const KEY = 'k'.repeat(40);
const env = { BOOTSTRAP_ADMIN_KEY: KEY };

describe('API keys', () => {
  const { database, api, admin, start } = useServer({ rates: 'scripted', env });

  const works = async (key: string): Promise<boolean> => {
    const { status } = await api.as({ key }).get('/packages');
    if (status !== 200 && status !== 401) throw new Error(`Answered ${status}`);
    return status === 200;
  };

  it('may have a name that looks like a secret, which the audit log redacts', async () => {
    const pasted = `waybill_${'a'.repeat(49)}`;
    for (const [name, kept] of [
      ['Bearer for CI', 'Bearer for CI'],
      ['$argon2', '$argon2'],
      [pasted, '[redacted]'],
    ] as const) {
      const made = await admin.post('/api-keys', { name, scopes: ['packages:read'] });
      expect(made.status).toBe(201);
      const { body } = await admin.get('/admin/audit-log', {
        query: { action: 'api_key.created', limit: 1 },
      });
      expect(body.items[0].changes).toContainEqual({ field: 'name', from: null, to: kept });
    }
  });

  it('that rotate each other at the same time are rotated or refused, without a 500', async () => {
    for (let round = 0; round < 5; round++) {
      const [one, other] = [await newKey(admin, ['keys:manage']), await newKey(admin, ['keys:manage'])];
      const rotate = (by: { key: string }, { id }: { id: string }) =>
        api.as({ key: by.key }).post(`/api-keys/${id}/rotate`, {});
      const replies = await Promise.all([
        rotate(one, other),
        rotate(other, one),
        rotate(one, one),
        rotate(other, other),
      ]);
      const told = replies.map(({ status }) => status).toSorted();
      expect(told).toEqual([201, 201, 409, 409]);
    }
  });

  it('are shown once and identified by their prefix later', async () => {
    const made = await admin.post('/api-keys', { name: 'Import', scopes: ['packages:read'] });
    const { key, ...shown } = made.body;
    expect(made.status).toBe(201);
    expect(key).toMatch(/^waybill_[0-9A-Za-z]{49}$/);
    expect(shown).toMatchObject({
      name: 'Import',
      prefix: key.slice(0, 14),
      scopes: ['packages:read'],
      expires_at: null,
      revoked_at: null,
      last_used_at: null,
      replaced_by_id: null,
    });
    const got = await admin.get(made.headers.location as string);
    expect(got.body).toEqual(shown);
    const listed = await admin.get('/api-keys');
    expect(listed.body.items[0]).toEqual(shown);
    expect(got.text + listed.text).not.toContain(key.slice(14));
    const { rows } = await database.query(`SELECT * FROM api_keys WHERE id = $1`, [shown.id]);
    expect(JSON.stringify(rows)).not.toContain(key.slice(14));
  });

  it('can do exactly what their scopes allow', async () => {
    const { key } = await newKey(admin, ['packages:read']);
    const reader = api.as({ key });
    expect((await reader.get('/packages')).status).toBe(200);
    expect(await reader.post('/packages', {})).toMatchObject({
      status: 403,
      body: { code: 'scope_missing' },
    });
    expect((await reader.get('/api-keys')).status).toBe(403);
  });

  it('cannot get scopes that their creator lacks, nor be rotated by a caller who lacks them', async () => {
    const { key } = await newKey(admin, ['keys:manage', 'packages:read']);
    const maker = api.as({ key });
    expect((await maker.post('/api-keys', { name: 'x', scopes: ['packages:read'] })).status).toBe(201);
    const more = await maker.post('/api-keys', { name: 'x', scopes: ['packages:read', 'users:manage'] });
    expect(more).toMatchObject({ status: 403, body: { code: 'scope_not_held' } });
    expect(more.body.detail).toContain('users:manage');
    const strong = await newKey(admin, ['users:manage']);
    expect(await maker.post(`/api-keys/${strong.id}/rotate`, {})).toMatchObject({
      status: 403,
      body: { code: 'scope_not_held' },
    });
    expect((await (await newSignedIn(api, admin, 'operator')).get('/api-keys')).status).toBe(403);
  });

  it('can be revoked by a caller who holds all their scopes, or by themselves', async () => {
    const manager = await newKey(admin, ['keys:manage', 'packages:read']);
    const strong = await newKey(admin, ['packages:read', 'packages:manage']);
    const refused = await api.as({ key: manager.key }).delete(`/api-keys/${strong.id}`);
    expect(refused).toMatchObject({ status: 403, body: { code: 'scope_not_held' } });
    expect(refused.body.detail).toContain('packages:manage');
    expect((await admin.get(`/api-keys/${strong.id}`)).body.revoked_at).toBeNull();
    // Missing scopes are refused before the precondition is checked.
    const stale = { headers: { 'If-Match': '"x"' } };
    for (const reply of [
      await api.as({ key: manager.key }).delete(`/api-keys/${strong.id}`, stale),
      await api.as({ key: manager.key }).post(`/api-keys/${strong.id}/rotate`, {}, stale),
    ])
      expect(reply).toMatchObject({ status: 403, body: { code: 'scope_not_held' } });
    const weak = await newKey(admin, ['packages:read']);
    expect((await api.as({ key: manager.key }).delete(`/api-keys/${weak.id}`)).status).toBe(204);
    expect((await api.as({ key: manager.key }).delete(`/api-keys/${manager.id}`)).status).toBe(204);
    expect(await works(manager.key)).toBe(false);
  });

  describe('can be renamed', () => {
    const renamed = (id: string) =>
      admin.get('/admin/audit-log', { query: { target_id: id, action: 'api_key.renamed' } });

    it('with a current If-Match, also when they are revoked; the audit log has both names', async () => {
      const { id, key } = await newKey(admin, ['packages:read'], { name: 'Old' });
      const seen = await admin.get(`/api-keys/${id}`);
      const match = { headers: { 'If-Match': String(seen.headers.etag) } };
      expect(await admin.patch(`/api-keys/${id}`, { name: 'New' })).toMatchObject({
        status: 428,
        body: { code: 'precondition_required' },
      });
      const done = await admin.patch(`/api-keys/${id}`, { name: 'New' }, match);
      expect(done).toMatchObject({ status: 200, body: { ...seen.body, name: 'New' } });
      const now = await admin.get(`/api-keys/${id}`);
      expect(done.body).toEqual(now.body);
      expect(done.headers.etag).toBe(now.headers.etag);
      expect((await admin.patch(`/api-keys/${id}`, { name: 'Newer' }, match)).status).toBe(412);
      expect(await works(key)).toBe(true);
      await admin.delete(`/api-keys/${id}`);
      const any = { headers: { 'If-Match': '*' } };
      expect((await admin.patch(`/api-keys/${id}`, { name: 'Gone' }, any)).body).toMatchObject({
        name: 'Gone',
      });
      expect((await admin.patch(`/api-keys/${id}`, { name: 'Gone' }, any)).status).toBe(200);
      expect((await renamed(id)).body.items).toMatchObject([
        { changes: [{ field: 'name', from: 'New', to: 'Gone' }] },
        { changes: [{ field: 'name', from: 'Old', to: 'New' }] },
      ]);
    });

    it('only by a caller who holds all their scopes', async () => {
      const manager = api.as({ key: (await newKey(admin, ['keys:manage'])).key });
      const { id } = await newKey(admin, ['packages:read']);
      const refused = await manager.patch(
        `/api-keys/${id}`,
        { name: 'Mine' },
        { headers: { 'If-Match': '"x"' } },
      );
      expect(refused).toMatchObject({ status: 403, body: { code: 'scope_not_held' } });
      expect((await admin.get(`/api-keys/${id}`)).body.name).toBe('A test');
    });

    it.each([
      [{}, '/name'],
      [{ name: '' }, '/name'],
      [{ name: null }, '/name'],
      [{ name: 'x'.repeat(101) }, '/name'],
      [{ name: 'x', scopes: ['jobs:run'] }, '/scopes'],
    ])('but not with %j', async (body, pointer) => {
      const { id } = await newKey(admin, ['packages:read']);
      const reply = await admin.patch(`/api-keys/${id}`, body, { headers: { 'If-Match': '*' } });
      expect(reply).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    });

    it('only if they exist', async () => {
      for (const id of ['019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11', 'not-an-id'])
        expect((await admin.patch(`/api-keys/${id}`, { name: 'x' })).status).toBe(404);
    });
  });

  it('show their creator, and the user at the beginning of the chain of creators', async () => {
    const root = (await admin.get('/api-keys', { query: { limit: 200 } })).body.items.at(-1);
    expect(root).toMatchObject({ name: 'bootstrap', created_by: null });
    const user = await newStaff(admin, 'admin');
    const signedIn = api.as({ cookie: await signIn(api, user) });
    const direct = await newKey(signedIn, ['keys:manage', 'packages:read']);
    const byKey = await newKey(api.as({ key: direct.key }), ['packages:read']);
    const byRoot = await newKey(admin, ['packages:read']);
    const rotated = (await admin.post(`/api-keys/${byKey.id}/rotate`, {})).body as { id: string };
    const creatorOf = async ({ id }: { id: string }): Promise<unknown> =>
      (await admin.get(`/api-keys/${id}`)).body.created_by;
    expect(await creatorOf(direct)).toEqual({ kind: 'user', id: user.id, user_id: user.id });
    expect(await creatorOf(byKey)).toEqual({ kind: 'api_key', id: direct.id, user_id: user.id });
    expect(await creatorOf(byRoot)).toEqual({ kind: 'api_key', id: root.id, user_id: null });
    expect(await creatorOf(rotated)).toEqual({ kind: 'api_key', id: root.id, user_id: null });
    const listed = async (query: Record<string, string>): Promise<string[]> =>
      (await admin.get('/api-keys', { query })).body.items.map(({ id }: { id: string }) => id);
    expect(await listed({ created_by: user.id })).toEqual([byKey.id, direct.id]);
    expect(await listed({ created_by: direct.id })).toEqual([byKey.id]);
    await admin.delete(`/api-keys/${direct.id}`);
    expect(await listed({ created_by: user.id, active: 'true' })).toEqual([byKey.id]);
    expect(await listed({ created_by: user.id, active: 'false' })).toEqual([direct.id]);
    expect((await admin.get('/api-keys', { query: { created_by: 'me' } })).status).toBe(400);
    const page = await admin.get('/api-keys', { query: { created_by: user.id, limit: 1 } });
    const query = { cursor: page.body.next_cursor as string };
    expect((await admin.get('/api-keys', { query })).status).toBe(400);
  });

  it('are rotated without a body, with the default overlap', async () => {
    const { id } = await newKey(admin, ['jobs:run']);
    const { status, body } = await admin.post(`/api-keys/${id}/rotate`);
    expect(status).toBe(201);
    expect((await admin.get(`/api-keys/${id}`)).body.replaced_by_id).toBe(body.id);
  });

  it('keep their ETag when they are used, so that a rotation with an older ETag works', async () => {
    const { id, key } = await newKey(admin, ['packages:read']);
    const { headers } = await admin.get(`/api-keys/${id}`);
    await works(key);
    await eventually(async () => (await admin.get(`/api-keys/${id}`)).body.last_used_at ?? undefined, {
      describe: 'the use is recorded',
    });
    const match = { headers: { 'If-Match': String(headers.etag) } };
    expect((await admin.post(`/api-keys/${id}/rotate`, {}, match)).status).toBe(201);
    expect((await admin.post(`/api-keys/${id}/rotate`, {}, match)).status).toBe(412);
    expect((await admin.delete(`/api-keys/${id}`, match)).status).toBe(412);
  });

  it.each([
    [{ name: '' }, '/name'],
    [{ scopes: [] }, '/scopes'],
    [{ scopes: ['everything'] }, '/scopes'],
    [{ scopes: ['jobs:run', 'jobs:run'] }, '/scopes'],
    [{ scopes: 'jobs:run' }, '/scopes'],
    [{ expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
    [{ expires_at: '2030-02-30T00:00:00Z' }, '/expires_at'],
    [{ expires_at: 1_900_000_000 }, '/expires_at'],
    [{ owner_id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11' }, '/owner_id'],
  ])('cannot be created with %j', async (wrong, pointer) => {
    const reply = await admin.post('/api-keys', { name: 'x', scopes: ['jobs:run'], ...wrong });
    expect(reply).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  it('stop working when they expire', async () => {
    const { id, key } = await newKey(admin, ['packages:read'], { expires_at: inSeconds(3_600) });
    expect(await works(key)).toBe(true);
    await database.query(`UPDATE api_keys SET expires_at = now() WHERE id = $1`, [id]);
    expect(await works(key)).toBe(false);
    expect(await admin.post(`/api-keys/${id}/rotate`, {})).toMatchObject({
      status: 409,
      body: { code: 'api_key_not_active' },
    });
  });

  it('stop working in every process when they are revoked; revoking again changes nothing', async () => {
    const other = await start();
    const elsewhere = await connect(other.url);
    const { id, key } = await newKey(admin, ['packages:read']);
    expect(await works(key)).toBe(true);
    const revoking = elsewhere.as({ key: KEY });
    expect((await revoking.delete(`/api-keys/${id}`)).status).toBe(204);
    expect(await works(key)).toBe(false);
    const { body } = await revoking.get(`/api-keys/${id}`);
    expect(body.revoked_at).not.toBeNull();
    expect((await revoking.delete(`/api-keys/${id}`)).status).toBe(204);
    expect((await revoking.get(`/api-keys/${id}`)).body).toEqual(body);
    const entries = await revoking.get('/admin/audit-log', {
      query: { target_id: id, action: 'api_key.revoked' },
    });
    expect(entries.body.items).toHaveLength(1);
    await other.stop();
  });

  it('can be rotated with an overlap; the new key keeps access to the data of the old one', async () => {
    const old = await newKey(admin, ['packages:read', 'packages:write'], { expires_at: inSeconds(7_200) });
    await api.as({ key: old.key }).post('/packages', {
      name: 'Winter boots',
      weight_kg: '1.5',
      content_value: { amount: '10.99', currency: 'RUB' },
      type_id: 1,
    });
    await eventually(async () => (await api.as({ key: old.key }).get('/packages')).body.items[0], {
      describe: 'the package',
    });
    const rotated = await admin.post(`/api-keys/${old.id}/rotate`, { overlap_seconds: 60 });
    expect(rotated).toMatchObject({
      status: 201,
      body: { name: 'A test', scopes: ['packages:read', 'packages:write'] },
    });
    expect(rotated.headers.location).toBe(`/api/v1/api-keys/${rotated.body.id}`);
    const lives = new Date(rotated.body.expires_at).getTime() - Date.now();
    expect(lives).toBeGreaterThan(7_100_000);
    expect([await works(old.key), await works(rotated.body.key)]).toEqual([true, true]);
    expect((await api.as({ key: rotated.body.key }).get('/packages')).body.items).toHaveLength(1);
    const { body } = await admin.get(`/api-keys/${old.id}`);
    expect(body.replaced_by_id).toBe(rotated.body.id);
    expect(new Date(body.expires_at).getTime()).toBeLessThan(Date.now() + 61_000);
    expect((await admin.post(`/api-keys/${old.id}/rotate`, {})).status).toBe(409);
  });

  it('are rotated once under parallel requests; without an overlap the old key stops at once', async () => {
    const { id, key } = await newKey(admin, ['packages:read']);
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => admin.post(`/api-keys/${id}/rotate`, { overlap_seconds: 0 })),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
    expect(await works(key)).toBe(false);
    const made = replies.find(({ status }) => status === 201)?.body;
    expect(made.expires_at).toBeNull();
    expect(await works(made.key)).toBe(true);
  });

  it('record their last use to the minute', async () => {
    const { id, key } = await newKey(admin, ['packages:read']);
    await works(key);
    const lastUse = async () => (await admin.get(`/api-keys/${id}`)).body.last_used_at as string | null;
    const first = await eventually(async () => (await lastUse()) ?? undefined, {
      describe: 'the first use is recorded',
    });
    await works(key);
    expect(await lastUse()).toBe(first);
  });

  it('are listed newest first, in pages', async () => {
    const made = [await newKey(admin, ['jobs:run']), await newKey(admin, ['jobs:run'])];
    const first = await admin.get('/api-keys', { query: { limit: 1 } });
    const second = await admin.get('/api-keys', { query: { limit: 1, cursor: first.body.next_cursor } });
    expect([first.body.items[0].id, second.body.items[0].id]).toEqual([made[1]!.id, made[0]!.id]);
  });

  it.each([
    'Bearer',
    'Bearer  ',
    'Basic YTpi',
    'Bearer waybill_x y',
    `Bearer ${'x'.repeat(300)}`,
    'waybill_x',
  ])('are not accepted in the header %j, even beside a valid cookie', async (authorization) => {
    const cookie = String((await api.post('/sessions')).headers['set-cookie']).split(';', 1)[0] as string;
    const reply = await api.get('/packages', { headers: { Authorization: authorization, Cookie: cookie } });
    expect(reply).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('ignore an Idempotency-Key, because a reply with a secret is never stored', async () => {
    const headers = { 'Idempotency-Key': 'the-same' };
    const make = () => admin.post('/api-keys', { name: 'x', scopes: ['jobs:run'] }, { headers });
    const [one, two] = [await make(), await make()];
    expect(one.body.id).not.toBe(two.body.id);
    const { rows } = await database.query(`SELECT FROM idempotency_keys WHERE key = 'the-same'`);
    expect(rows).toHaveLength(0);
  });
});

describe('the API key of the configuration', () => {
  const { start } = useServers({ env });

  it('stays revoked after a restart, and another one can replace it', async () => {
    const first = await start();
    const root = (await connect(first.url)).as({ key: KEY });
    const { body } = await root.get('/api-keys');
    expect((await root.delete(`/api-keys/${body.items[0].id}`)).status).toBe(204);
    await first.stop();
    const again = await start();
    expect((await (await connect(again.url)).as({ key: KEY }).get('/api-keys')).status).toBe(401);
    await again.stop();
    const renewed = await start({ env: { BOOTSTRAP_ADMIN_KEY: 'c'.repeat(40) } });
    expect((await (await connect(renewed.url)).as({ key: 'c'.repeat(40) }).get('/api-keys')).status).toBe(
      200,
    );
  });
});
