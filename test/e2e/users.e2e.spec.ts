import { useServer } from '../support/use-server';
import type * as RunAdminCommand from '../../apps/server/src/run-admin-command';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Api, connect } from '../support/api';
import { nodeEnvironment } from '../support/child-process';
import { startServer } from '../support/server';
import { newKey, newSignedIn, newStaff, signIn } from '../support/staff';
import { makeRunFolder } from '../support/test-run';

const BUILT = path.resolve(__dirname, '../../dist/apps/server/src');
const PASSWORD = 'seven wet herons on a roof';
const raised = { LOGIN_FAILURES_PER_ADDRESS: '1000', LIMIT_ADDRESS_PER_MINUTE: '100000' };

/** What a command prints, and its exit code. */
interface Outcome {
  code: number;
  output: string;
}

/** Runs a command as `npm run admin` does, in a process of its own. */
async function cli(env: Record<string, string>, args: string[], input = ''): Promise<Outcome> {
  const child = spawn(process.execPath, [path.join(BUILT, 'admin-cli.js'), ...args], {
    cwd: tmpdir(),
    env: { ...nodeEnvironment(), ...env },
    timeout: 120_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

/** Runs a command of the build in this process: a process for each command would take a second longer. */
async function run(env: Record<string, string>, args: string[], password = ''): Promise<Outcome> {
  const { runAdminCommand, textOfFailure } = require(
    path.join(BUILT, 'run-admin-command.js'),
  ) as typeof RunAdminCommand;
  const input = { environment: () => env, readPassword: async () => password };
  return runAdminCommand(args, input).then(
    (output) => ({ code: 0, output }),
    (error: Error) => ({ code: 1, output: `${textOfFailure(error)}\n` }),
  );
}

describe('users', () => {
  const { database, api, admin } = useServer({ env: raised });

  // First, because it needs a database without other administrators.
  it('always include an administrator who can sign in, even if several are changed at the same time', async () => {
    const bosses = [await newStaff(admin, 'admin'), await newStaff(admin, 'admin')];
    const etags = await Promise.all(bosses.map(({ id }) => admin.get(`/users/${id}`)));
    const replies = await Promise.all(
      bosses.map(({ id }, n) =>
        admin.patch(`/users/${id}`, n ? { role: 'agent' } : { disabled: true }, {
          headers: { 'If-Match': String(etags[n]!.headers.etag) },
        }),
      ),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(replies.find(({ status }) => status === 409)?.body.code).toBe('last_administrator');
  });

  const matching = async (id: string): Promise<{ headers: Record<string, string> }> => ({
    headers: { 'If-Match': String((await admin.get(`/users/${id}`)).headers.etag) },
  });
  const change = async (who: Api, id: string, body: object) =>
    who.patch(`/users/${id}`, body, await matching(id));

  it('are created with a role and a unique email address, and shown without their password', async () => {
    const body = { email: 'Oleg@Example.com', role: 'agent', password: PASSWORD };
    const made = await admin.post('/users', body);
    expect(made).toMatchObject({
      status: 201,
      body: { email: 'oleg@example.com', role: 'agent', disabled: false },
      headers: { location: `/api/v1/users/${made.body.id}` },
    });
    expect(made.text).not.toMatch(/password|argon2|herons/);
    const shown = await admin.get(`/users/${made.body.id}`);
    expect(shown.body).toEqual(made.body);
    expect(shown.headers.etag).toBe(made.headers.etag);
    expect(await admin.post('/users', body)).toMatchObject({ status: 409, body: { code: 'email_taken' } });
  });

  it.each([
    [{ password: 'eleven char' }, '/password'],
    [{ password: 'x'.repeat(129) }, '/password'],
    [{ password: 'passwordpassword' }, '/password'],
    [{ password: 'Dragon!!!!!!' }, '/password'],
    [{ password: undefined }, '/password'],
    [{ email: 'no address' }, '/email'],
    [{ email: `${'x'.repeat(250)}@example.com` }, '/email'],
    [{ role: 'customer' }, '/role'],
    [{ disabled: true }, '/disabled'],
  ])('cannot be created with %j', async (wrong, pointer) => {
    const reply = await admin.post('/users', {
      email: 'x@example.com',
      role: 'agent',
      password: PASSWORD,
      ...wrong,
    });
    expect(reply.status).toBe(422);
    expect(reply.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
  });

  it('ignore an Idempotency-Key, so that no digest of the password is stored', async () => {
    const body = { email: 'twice@example.com', role: 'agent', password: PASSWORD };
    const headers = { 'Idempotency-Key': 'the-same' };
    expect((await admin.post('/users', body, { headers })).status).toBe(201);
    expect((await admin.post('/users', body, { headers })).status).toBe(409);
  });

  it('are listed newest first and filtered by role and by disabled', async () => {
    const made = [
      await newStaff(admin, 'operator'),
      await newStaff(admin, 'operator'),
      await newStaff(admin, 'operator'),
    ];
    await change(admin, made[0]!.id, { disabled: true });
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await admin.get('/users', {
        query: { role: 'operator', limit: 2, ...(cursor && { cursor }) },
      });
      ids.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor;
    } while (cursor);
    expect(ids).toEqual(made.map(({ id }) => id).toReversed());
    const off = await admin.get('/users', { query: { role: 'operator', disabled: 'true' } });
    expect(off.body.items).toMatchObject([{ id: made[0]!.id, disabled: true }]);
  });

  it('are found by their whole email address, in any letter case and Unicode normal form', async () => {
    const body = { email: 'zoé@example.com', role: 'agent', password: PASSWORD };
    const { body: made } = await admin.post('/users', body);
    const found = async (query: Record<string, string>): Promise<unknown> =>
      (await admin.get('/users', { query })).body.items;
    for (const email of ['zoé@example.com', 'ZOÉ@Example.com', 'zoe\u0301@example.com'])
      expect(await found({ email })).toEqual([made]);
    for (const email of ['zoé', '%', 'zo_@example.com', ' zoé@example.com', 'nobody@example.com'])
      expect(await found({ email })).toEqual([]);
    expect(await found({ email: 'zoé@example.com', role: 'admin' })).toEqual([]);
    for (const email of ['', 'x'.repeat(255)])
      expect(await admin.get('/users', { query: { email } })).toMatchObject({
        status: 400,
        body: { errors: [{ parameter: 'email' }] },
      });
    const { body: page } = await admin.get('/users', { query: { limit: 1 } });
    const query = { email: 'zoé@example.com', cursor: page.next_cursor as string };
    expect((await admin.get('/users', { query })).status).toBe(400);
  });

  it('get a new role at once, in open sessions too', async () => {
    await newStaff(admin, 'admin');
    const user = await newStaff(admin, 'agent');
    const who = api.as({ cookie: await signIn(api, user) });
    expect((await who.get('/users')).status).toBe(403);
    expect((await change(admin, user.id, { role: 'admin' })).body).toMatchObject({ role: 'admin' });
    expect((await who.get('/users')).status).toBe(200);
    await change(admin, user.id, { role: 'operator' });
    expect((await who.get('/users')).status).toBe(403);
  });

  it('are signed out when they are disabled or their password is reset, and can sign in again later', async () => {
    const user = await newStaff(admin, 'agent');
    const cookie = await signIn(api, user);
    await change(admin, user.id, { disabled: true });
    expect((await api.as({ cookie }).get('/sessions/current')).status).toBe(401);
    await change(admin, user.id, { disabled: false });
    expect((await api.as({ cookie }).get('/sessions/current')).status).toBe(401);
    const again = await signIn(api, user);
    await change(admin, user.id, { password: PASSWORD });
    expect((await api.as({ cookie: again }).get('/sessions/current')).status).toBe(401);
    expect((await api.post('/auth/login', { email: user.email, password: user.password })).status).toBe(401);
    expect(await signIn(api, { ...user, password: PASSWORD })).toBeTruthy();
  });

  it('can be changed only with a current If-Match', async () => {
    const { id } = await newStaff(admin, 'agent');
    const seen = await matching(id);
    expect((await admin.patch(`/users/${id}`, { role: 'operator' })).status).toBe(428);
    expect((await admin.patch(`/users/${id}`, { role: 'operator' }, seen)).status).toBe(200);
    expect((await admin.patch(`/users/${id}`, { role: 'agent' }, seen)).status).toBe(412);
    const nobody = '/users/019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11';
    expect((await admin.patch(nobody, { role: 'agent' }, seen)).status).toBe(404);
    expect((await admin.get('/users/not-an-id')).status).toBe(404);
  });

  it('can be created and changed only by a caller who holds all their scopes', async () => {
    const { key } = await newKey(admin, ['users:manage']);
    const limited = api.as({ key });
    const boss = await newStaff(admin, 'admin');
    const body = { email: 'new@example.com', role: 'admin', password: PASSWORD };
    for (const reply of [
      await limited.post('/users', body),
      await limited.post('/users', { ...body, role: 'agent' }),
      await change(limited, boss.id, { password: PASSWORD }),
    ])
      expect(reply).toMatchObject({ status: 403, body: { code: 'scope_not_held' } });
    expect(await signIn(api, boss)).toBeTruthy();
  });

  describe('who created API keys', () => {
    const works = async (key: string): Promise<boolean> =>
      (await api.as({ key }).get('/packages')).status === 200;
    const maker = async () => {
      const user = await newStaff(admin, 'admin');
      const direct = await newKey(api.as({ cookie: await signIn(api, user) }), [
        'keys:manage',
        'packages:read',
      ]);
      const byKey = await newKey(api.as({ key: direct.key }), ['packages:read']);
      return { user, direct, byKey };
    };

    it('keep them when they are disabled, unless revoke_api_keys is set', async () => {
      const { user, direct, byKey } = await maker();
      const others = await newKey(admin, ['packages:read']);
      await change(admin, user.id, { disabled: true });
      expect([await works(direct.key), await works(byKey.key)]).toEqual([true, true]);
      const left = await admin.get('/api-keys', { query: { created_by: user.id, active: 'true' } });
      expect(left.body.items).toMatchObject([{ id: byKey.id }, { id: direct.id }]);
      expect((await change(admin, user.id, { revoke_api_keys: true })).status).toBe(200);
      expect([await works(direct.key), await works(byKey.key)]).toEqual([false, false]);
      expect(await works(others.key)).toBe(true);
      for (const { id } of [direct, byKey]) {
        const { body } = await admin.get('/admin/audit-log', { query: { target_id: id, limit: 1 } });
        expect(body.items).toMatchObject([
          { action: 'api_key.revoked', changes: [{ field: 'created_by_user_id', to: user.id }] },
        ]);
      }
    });

    it('lose them in the same request with revoke_api_keys', async () => {
      const { user, direct, byKey } = await maker();
      await change(admin, user.id, { disabled: true, revoke_api_keys: true });
      expect([await works(direct.key), await works(byKey.key)]).toEqual([false, false]);
    });

    it('stay enabled with all keys when the caller may not revoke one of them', async () => {
      const { user, direct } = await maker();
      await change(admin, user.id, { role: 'agent' });
      const agent = ['catalog:read', 'packages:read', 'packages:write', 'packages:read_all', 'orders:read'];
      const scopes = [...agent, 'tickets:read', 'tickets:write', 'tickets:manage', 'users:manage'];
      const both = { disabled: true, revoke_api_keys: true };
      const limited = api.as({ key: (await newKey(admin, scopes)).key });
      const refused = await change(limited, user.id, both);
      expect(refused).toMatchObject({ status: 403, body: { code: 'scope_not_held' } });
      expect(refused.body.detail).toContain('keys:manage');
      expect((await admin.get(`/users/${user.id}`)).body.disabled).toBe(false);
      expect(await works(direct.key)).toBe(true);
      const enough = api.as({ key: (await newKey(admin, [...scopes, 'keys:manage'])).key });
      expect((await change(enough, user.id, both)).status).toBe(200);
      expect(await works(direct.key)).toBe(false);
    });

    it('lose keys that are created at the same time', async () => {
      const { user, direct } = await maker();
      const asking = api.as({ key: direct.key });
      const [, ...made] = await Promise.all([
        change(admin, user.id, { disabled: true, revoke_api_keys: true }),
        ...Array.from({ length: 20 }, () =>
          asking.post('/api-keys', { name: 'x', scopes: ['packages:read'] }),
        ),
      ]);
      expect(made.filter(({ status }) => status !== 201 && status !== 401)).toEqual([]);
      const left = await admin.get('/api-keys', { query: { created_by: user.id, active: 'true' } });
      expect(left.body.items).toEqual([]);
    });
  });

  it('are not changed when If-None-Match: * is sent', async () => {
    const { id } = await newStaff(admin, 'agent');
    const { headers } = await matching(id);
    const absent = { 'If-None-Match': '*' };
    for (const sent of [absent, { ...headers, ...absent }])
      expect(await admin.patch(`/users/${id}`, { role: 'operator' }, { headers: sent })).toMatchObject({
        status: 412,
        body: { code: 'precondition_failed' },
      });
  });

  describe('from the command line', () => {
    it('are created on a configured database', async () => {
      const args = ['create-user', '--email', 'First@example.com', '--role', 'admin'];
      const made = await cli({ DATABASE_URL: database.url }, args, `${PASSWORD}\n`);
      expect(made).toEqual({ code: 0, output: 'Created first@example.com with the role admin.\n' });
      expect(await signIn(api, { email: 'first@example.com', password: PASSWORD })).toBeTruthy();
      const again = await cli({ DATABASE_URL: database.url }, args, `${PASSWORD}\n`);
      expect(again).toEqual({ code: 1, output: 'Another user has this email address.\n' });
      const { body } = await admin.get('/admin/audit-log', { query: { action: 'user.created', limit: 1 } });
      expect(body.items[0]).toMatchObject({
        actor: { kind: 'command_line', id: null, user_id: null },
        changes: [
          { field: 'email', from: null, to: 'first@example.com' },
          { field: 'role', from: null, to: 'admin' },
        ],
      });
    });

    it('get clear errors', async () => {
      const wrong = await run(
        { DATABASE_URL: database.url },
        ['create-user', '--email', 'x', '--role', 'boss'],
        'short',
      );
      expect(wrong.code).toBe(1);
      for (const field of ['email', 'role', 'password'])
        expect(wrong.output).toMatch(new RegExp(`^The ${field} must `, 'm'));
      expect(wrong.output).not.toContain('short');
      const common = ['create-user', '--email', 'x@example.com', '--role', 'agent'];
      expect(await run({}, common, 'passwordpassword')).toEqual({
        code: 1,
        output: 'The password is too common.\n',
      });
      expect((await run({}, ['drop-users'])).output).toMatch(/^Unknown command "drop-users"\./);
      expect((await run({}, ['create-user', '--mail', 'x'])).output).toMatch(/^Unknown option '--mail'/);
      expect((await run({}, ['create-key', '--role', 'agent'])).output).toContain(
        'The name is missing: pass --name.',
      );
      expect((await cli({}, ['create-key', '--name', 'x', '--scopes', 'a:b'])).output).toMatch(
        /^The scopes must contain only these values: users:manage, /,
      );
    });

    it('have help for each command', async () => {
      expect((await run({}, [])).code).toBe(0);
      for (const command of [
        'list-users',
        'create-user',
        'reset-password',
        'list-keys',
        'create-key',
        'revoke-key',
      ])
        expect(await run({}, [command, '--help'])).toMatchObject({
          code: 0,
          output: expect.stringMatching(new RegExp(`^npm run admin -- ${command}`)),
        });
    });

    it('are listed and get another password; keys are created and revoked', async () => {
      const env = { DATABASE_URL: database.url };
      const user = await newStaff(admin, 'agent');
      const cookie = await signIn(api, user);
      expect((await run(env, ['list-users'])).output).toMatch(
        new RegExp(`^${user.email} +agent +active`, 'm'),
      );
      const reset = await run(env, ['reset-password', '--email', user.email], PASSWORD);
      expect(reset).toEqual({
        code: 0,
        output: `Reset the password of ${user.email} and ended all of their sessions.\n`,
      });
      expect((await api.as({ cookie }).get('/sessions/current')).status).toBe(401);
      expect(await signIn(api, { ...user, password: PASSWORD })).toBeTruthy();
      const nobody = await run(env, ['reset-password', '--email', 'nobody@example.com'], PASSWORD);
      expect(nobody).toEqual({ code: 1, output: 'There is no such user.\n' });

      const made = await run(env, ['create-key', '--name', 'Import', '--scopes', 'users:manage']);
      const key = /shown only once\): (\S+)/.exec(made.output)?.[1] as string;
      expect((await api.as({ key }).get('/users')).status).toBe(200);
      expect((await run(env, ['list-keys'])).output).toMatch(/ Import +active +users:manage$/m);
      const id = /Created the API key (\S+)\./.exec(made.output)?.[1] as string;
      expect((await run(env, ['revoke-key', '--key', id])).output).toBe(
        `Revoked the API key ${id} (Import).\n`,
      );
      expect((await api.as({ key }).get('/users')).status).toBe(401);
      const repeated = await run(env, ['revoke-key', '--key', id]);
      expect(repeated).toMatchObject({ code: 0 });
      const entries = await admin.get('/admin/audit-log', { query: { target_id: id } });
      expect(entries.body.items).toMatchObject([
        { action: 'api_key.revoked', actor: { kind: 'command_line' } },
        { action: 'api_key.created', actor: { kind: 'command_line' } },
      ]);
      const resets = await admin.get('/admin/audit-log', {
        query: { action: 'user.password_reset', limit: 1 },
      });
      expect(resets.body.items[0]).toMatchObject({
        actor: { kind: 'command_line', id: null },
        target: { kind: 'user' },
      });
    });

    it('are created on the embedded database, with and without a running server', async () => {
      const dataDir = makeRunFolder();
      const args = (email: string) => [
        'create-user',
        '--email',
        email,
        '--role',
        'agent',
        '--generate-password',
      ];
      const passwordIn = ({ output }: { output: string }) =>
        /shown only once\): (\S+)/.exec(output)?.[1] as string;
      const before = await cli({ DATA_DIR: dataDir }, args('before@example.com'));
      expect(before.code).toBe(0);
      const embedded = await startServer({ dataDir, env: raised });
      const beside = await cli({ DATA_DIR: dataDir }, args('beside@example.com'));
      expect(beside.code).toBe(0);
      const there = await connect(embedded.url);
      expect(await signIn(there, { email: 'before@example.com', password: passwordIn(before) })).toBeTruthy();
      expect(await signIn(there, { email: 'beside@example.com', password: passwordIn(beside) })).toBeTruthy();
      await embedded.stop();
      rmSync(dataDir, { recursive: true });
    });
  });

  it('can be read by signed-in administrators too', async () => {
    expect((await (await newSignedIn(api, admin, 'admin')).get('/users')).status).toBe(200);
  });
});
