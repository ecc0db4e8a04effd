import { aPackage } from '../support/a-package';
import { useServer } from '../support/use-server';
import { type Api } from '../support/api';
import { newCustomer, openSession } from '../support/callers';
import { newKey, newSignedIn, newStaff, signIn } from '../support/staff';

const KEY = 'bootstrap-key-that-nobody-else-has-0123456789';

interface Entry {
  action: string;
  actor: {
    kind: string;
    id: string | null;
    user_id: string | null;
    email: string | null;
    key_name: string | null;
  };
  target: { kind: string; id: string };
  changes: { field: string; from: unknown; to: unknown }[];
  origin: { address: string; user_agent: string; request_id: string };
}

describe('the audit log', () => {
  const { server, database, api, admin } = useServer({
    rates: 'scripted',
    env: {
      // Outside production, the administrator's key is printed at the start.
      NODE_ENV: 'production',
      BOOTSTRAP_ADMIN_KEY: KEY,
      LOG_LEVEL: 'trace',
      LOG_SQL: 'true',
      LIMIT_ADDRESS_PER_MINUTE: '100000',
    },
  });

  const entries = async (query: Record<string, string | number> = {}): Promise<Entry[]> =>
    (await admin.get('/admin/audit-log', { query: { limit: 200, ...query } })).body.items as Entry[];
  const etagOf = async (path: string) => ({
    headers: { 'If-Match': String((await admin.get(path)).headers.etag), 'X-Request-Id': 'of-a-test' },
  });

  it('records changes to a user: actor, action, target and origin', async () => {
    const boss = await newStaff(admin, 'admin');
    const cookie = await signIn(api, boss, { 'User-Agent': 'desk' });
    const who = api.as({ cookie });
    const { body: session } = await who.get('/sessions/current');
    const vera = await newStaff(who, 'agent');
    const path = `/users/${vera.id}`;
    await who.patch(path, { role: 'operator', disabled: true }, await etagOf(path));
    await who.patch(path, { disabled: false, password: 'seven wet herons on a roof' }, await etagOf(path));
    const done = await entries({ target_id: vera.id });
    expect(done.map(({ action }) => action).toSorted()).toEqual([
      'user.created',
      'user.disabled',
      'user.enabled',
      'user.password_reset',
      'user.role_changed',
    ]);
    for (const entry of done)
      expect(entry).toMatchObject({
        actor: { kind: 'staff', id: session.id, user_id: boss.id },
        target: { kind: 'user', id: vera.id },
        origin: { address: '127.0.0.1' },
      });
    expect(done.find(({ action }) => action === 'user.role_changed')).toMatchObject({
      changes: [{ field: 'role', from: 'agent', to: 'operator' }],
      origin: { request_id: 'of-a-test' },
    });
    const signedIn = await entries({ action: 'session.signed_in', actor: boss.id });
    expect(signedIn).toMatchObject([
      { target: { kind: 'session', id: session.id }, origin: { user_agent: 'desk' } },
    ]);
  });

  it('records changes by API keys', async () => {
    const maker = await newKey(admin, ['keys:manage', 'packages:read']);
    const who = api.as({ key: maker.key });
    const made = await newKey(who, ['packages:read']);
    const { body: next } = await who.post(`/api-keys/${made.id}/rotate`, { overlap_seconds: 5 });
    await who.delete(`/api-keys/${next.id}`);
    const done = await entries({ actor: maker.id });
    expect(done.map(({ action, target }) => [action, target.id])).toEqual([
      ['api_key.revoked', next.id],
      ['api_key.rotated', made.id],
      ['api_key.created', made.id],
    ]);
    expect(done[0]?.actor).toMatchObject({ kind: 'api_key', user_id: null });
    expect(done[2]?.changes).toMatchObject([{ field: 'expires_at' }, { field: 'name' }, { field: 'scopes' }]);
  });

  it('records registrations by an API key once per idempotency key, and no registration by a customer', async () => {
    const { id, key } = await newKey(admin, ['packages:write']);
    const register = (who: Api) =>
      who.post('/packages', aPackage(), { headers: { 'Idempotency-Key': 'one' } });
    const { body } = await register(api.as({ key }));
    await register(api.as({ key }));
    await register(await newCustomer(api));
    expect(await entries({ action: 'registration.accepted' })).toMatchObject([
      { actor: { kind: 'api_key', id }, target: { kind: 'registration', id: body.id }, changes: [] },
    ]);
  });

  it('records neither refused requests nor actions of customers', async () => {
    const before = (await entries()).length;
    await admin.post('/users', { email: 'x', role: 'agent', password: 'x' });
    await admin.patch(
      '/users/019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11',
      { role: 'agent' },
      { headers: { 'If-Match': '*' } },
    );
    const customer = await newCustomer(api);
    await customer.delete('/sessions/current');
    expect(await entries()).toHaveLength(before);
  });

  it('records failed sign-ins with the user if the account exists, and never the email address of an unknown account', async () => {
    const user = await newStaff(admin, 'agent');
    const gone = await newStaff(admin, 'agent');
    await admin.patch(`/users/${gone.id}`, { disabled: true }, await etagOf(`/users/${gone.id}`));
    const attempts = [
      { email: 'stranger@example.com', password: 'my-secret-guess' },
      { email: user.email, password: 'my-secret-guess' },
      { email: gone.email, password: 'my-secret-guess' },
      { email: gone.email, password: gone.password },
    ];
    for (const attempt of attempts) expect((await api.post('/auth/login', attempt)).status).toBe(401);
    const done = await entries({ action: 'user.sign_in_failed' });
    expect(done.map(({ target, changes }) => [target.id, changes[0]?.to])).toEqual([
      [gone.id, 'disabled_user'],
      [gone.id, 'wrong_password'],
      [user.id, 'wrong_password'],
      ['unknown', 'unknown_user'],
    ]);
    for (const entry of done)
      expect(entry).toMatchObject({
        actor: { kind: 'anonymous', id: null, user_id: null },
        target: { kind: 'user' },
        origin: { address: '127.0.0.1' },
      });
    expect(JSON.stringify(done)).not.toMatch(/stranger|secret/);
    expect(await entries({ action: 'user.sign_in_failed', target_id: user.id })).toHaveLength(1);
    const metrics = await (await fetch(new URL('/metrics', server.url))).text();
    const failed = (reason: string, count: number) =>
      expect(metrics).toContain(`waybill_failed_sign_ins_total{reason="${reason}"} ${count}`);
    failed('unknown_user', 1);
    failed('wrong_password', 2);
    failed('disabled_user', 1);
    failed('address_throttled', 0);
  });

  it('records nothing that was rolled back', async () => {
    const { id } = await newStaff(admin, 'agent');
    await database.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.action = 'user.role_changed' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$`);
    await database.query(
      `CREATE TRIGGER refuse BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
    const reply = await admin.patch(`/users/${id}`, { role: 'operator' }, await etagOf(`/users/${id}`));
    await database.query(`DROP FUNCTION refuse CASCADE`);
    expect(reply.status).toBe(500);
    expect(reply.text).not.toMatch(/RAISE|trigger|plpgsql|audit_log/);
    expect((await admin.get(`/users/${id}`)).body.role).toBe('agent');
  });

  it('is filtered and listed in pages', async () => {
    const { id } = await newStaff(admin, 'agent');
    const all = await entries();
    const seen: Entry[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await admin.get('/admin/audit-log', {
        query: { limit: 3, ...(cursor && { cursor }) },
      });
      seen.push(...body.items);
      cursor = body.next_cursor;
    } while (cursor);
    expect(seen).toEqual(all);
    expect(await entries({ target_kind: 'user', target_id: id })).toHaveLength(1);
    expect(await entries({ target_kind: 'api_key', target_id: id })).toHaveLength(0);
    expect(await entries({ from: '2100-01-01T00:00:00Z' })).toHaveLength(0);
    expect(await entries({ to: '2100-01-01T00:00:00+03:00' })).toHaveLength(all.length);
    const names = { actor_email: '', actor_key_name: 'x'.repeat(101) };
    const wrong = {
      ...names,
      actor: 'me',
      from: 'yesterday',
      to: '2026-02-30T00:00:00Z',
      action: '',
      user: 'x',
    };
    for (const [parameter, value] of Object.entries(wrong))
      expect(await admin.get('/admin/audit-log', { query: { [parameter]: value } })).toMatchObject({
        status: 400,
        body: { errors: [{ parameter }] },
      });
  });

  it('shows actors by email address and key name, and is filtered by these', async () => {
    const boss = await newStaff(admin, 'admin');
    const who = api.as({ cookie: await signIn(api, boss) });
    const key = await newKey(who, ['keys:manage', 'packages:read'], { name: 'Night watch' });
    const other = await newKey(who, ['packages:read']);
    await api.as({ key: key.key }).delete(`/api-keys/${other.id}`);
    const rotated = await newKey(who, ['keys:manage', 'packages:read'], { name: 'Night watch' });
    const third = await newKey(api.as({ key: rotated.key }), ['packages:read']);
    const shown = async (query: Record<string, string>) =>
      (await entries(query)).map(({ action, target, actor }) => [
        `${action} ${target.id}`,
        actor.email,
        actor.key_name,
      ]);
    expect(await shown({ actor_key_name: 'Night watch' })).toEqual([
      [`api_key.created ${third.id}`, null, 'Night watch'],
      [`api_key.revoked ${other.id}`, null, 'Night watch'],
    ]);
    const byBoss = await entries({ actor_email: boss.email.toUpperCase() });
    expect(byBoss.map(({ action }) => action)).toEqual([
      ...['api_key.created', 'api_key.created', 'api_key.created', 'session.signed_in'],
    ]);
    for (const { actor } of byBoss)
      expect(actor).toMatchObject({ user_id: boss.id, email: boss.email, key_name: null });
    expect(await entries({ actor_email: boss.email, action: 'session.signed_in' })).toHaveLength(1);
    // Old entries show the new name too, and can be found by it.
    await admin.patch(`/api-keys/${key.id}`, { name: 'Day watch' }, { headers: { 'If-Match': '*' } });
    expect(await shown({ actor_key_name: 'Day watch' })).toEqual([
      [`api_key.revoked ${other.id}`, null, 'Day watch'],
    ]);
    expect(await shown({ actor_key_name: 'bootstrap', target_id: key.id })).toEqual([
      [`api_key.renamed ${key.id}`, null, 'bootstrap'],
    ]);
    const ofNobody: Record<string, string>[] = [
      { actor_email: 'nobody@example.com' },
      { actor_key_name: 'No such key' },
      { actor_email: boss.email, actor_key_name: 'Day watch' },
      { actor_email: boss.email, actor: key.id },
    ];
    for (const query of ofNobody) expect(await entries(query)).toEqual([]);
  });

  it('continues a list by actor only with its own cursor, even after another key got the name', async () => {
    const maker = await newKey(admin, ['keys:manage', 'packages:read'], { name: 'Pager' });
    for (let n = 0; n < 3; n++) await newKey(api.as({ key: maker.key }), ['packages:read']);
    const list = (query: Record<string, string | number>) => admin.get('/admin/audit-log', { query });
    const named = { actor_key_name: 'Pager', limit: 2 };
    const first = await list(named);
    await newKey(admin, ['packages:read'], { name: 'Pager' });
    const cursor = first.body.next_cursor as string;
    const next = await list({ ...named, cursor });
    expect([first.body.items.length, next.body.items.length, next.body.next_cursor]).toEqual([2, 1, null]);
    expect((await list({ limit: 2, cursor })).status).toBe(400);
    expect((await list({ actor_key_name: 'pager', limit: 2, cursor })).status).toBe(400);
  });

  it('needs the scope audit:read', async () => {
    expect((await (await newSignedIn(api, admin, 'admin')).get('/admin/audit-log')).status).toBe(200);
    expect((await (await newSignedIn(api, admin, 'operator')).get('/admin/audit-log')).status).toBe(403);
    expect((await (await newCustomer(api)).get('/admin/audit-log')).status).toBe(403);
    expect((await api.get('/admin/audit-log')).status).toBe(401);
  });

  it('cannot be changed over a direct database connection', async () => {
    for (const statement of [
      `UPDATE audit_log SET action = 'x'`,
      'DELETE FROM audit_log',
      'TRUNCATE audit_log',
    ])
      await expect(database.query(statement)).rejects.toThrow('append-only');
  });

  it('contains no secret, nor does any log line, problem or database row', async () => {
    const user = await newStaff(admin, 'agent');
    const made = await newKey(admin, ['packages:read']);
    const anonymous = await openSession(api);
    const cookie = await signIn(api, user, { Cookie: anonymous });
    const wanted = 'eight dry otters in a barn';
    const who = api.as({ cookie });
    const texts: string[] = [];
    const keep = async (reply: Promise<{ text: string }>) => texts.push((await reply).text);
    await keep(who.post('/auth/password', { current_password: user.password, new_password: wanted }));
    await keep(
      who.post('/auth/password', { current_password: wanted, new_password: wanted, [user.password]: 1 }),
    );
    await keep(api.post('/auth/login', { email: user.email, password: `${wanted}${'!'.repeat(200)}` }));
    await keep(api.post('/auth/login', `{"password":"${wanted}"`));
    await keep(api.as({ key: `${made.key}x` }).get('/packages'));
    await keep(api.as({ cookie: `${cookie}; ${cookie}` }).get('/packages'));
    await keep(api.as({ key: made.key }).get('/packages', { query: { limit: 'x' } }));
    await keep(api.as({ key: made.key }).get('/packages'));
    for (const secret of [KEY, made.key, cookie.split('=')[1]!])
      await keep(admin.post('/admin/rates/refresh', undefined, { headers: { 'X-Request-Id': secret } }));
    await keep(admin.get('/admin/audit-log'));
    await keep(admin.get('/api-keys'));
    await keep(admin.get('/users'));

    const tables = await database.query<{ name: string }>(
      `SELECT format('%I', table_name) AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
    );
    for (const { name } of tables.rows)
      texts.push(JSON.stringify((await database.query(`SELECT t::text FROM ${name} t`)).rows));
    const secrets = [
      KEY,
      made.key,
      user.password,
      wanted,
      ...[anonymous, cookie].map((pair) => pair.split('=')[1]!),
    ];
    const everything = [...texts, server.output()].join('\n');
    expect(server.output()).toMatch(/INSERT INTO \W*audit_log/);
    // Only the pointer to a field repeats text of the caller.
    const lines = everything.replaceAll(`/${user.password}`, '').split('\n');
    for (const secret of secrets.flatMap((text) => [text, Buffer.from(text).toString('hex')]))
      expect(lines.filter((line) => line.includes(secret))).toEqual([]);
  });

  // Runs after the test above, which would find this name in the table of keys.
  it('redacts a credential that is used as a name', async () => {
    const cookie = await openSession(api);
    for (const name of [KEY, `my ${KEY}`, cookie.split('=')[1]!]) {
      const { id } = await newKey(admin, ['packages:read'], { name });
      const [entry] = await entries({ target_id: id });
      expect(entry?.changes).toContainEqual({ field: 'name', from: null, to: '[redacted]' });
    }
    const named = await newKey(admin, ['keys:manage', 'packages:read'], { name: `my ${KEY}` });
    const made = await newKey(api.as({ key: named.key }), ['packages:read']);
    expect((await entries({ target_id: made.id }))[0]?.actor.key_name).toBe('[redacted]');
  });
});
