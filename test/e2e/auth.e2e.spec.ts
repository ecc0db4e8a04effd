import { registered } from '../support/a-package';
import { useServer } from '../support/use-server';
import type { Response } from 'supertest';
import { answered } from '../support/answered';
import { connect } from '../support/api';
import { newCustomer, openSession } from '../support/callers';
import { eventually } from '../support/poll';
import { newKey, newSignedIn, newStaff, signIn, type Staff } from '../support/staff';

const KEY = 'k'.repeat(40);
const raised = {
  BOOTSTRAP_ADMIN_KEY: KEY,
  LOGIN_FAILURES_PER_ADDRESS: '1000',
  LOGIN_FAILURES_PER_ACCOUNT: '20',
  TRUST_PROXY: 'loopback',
  LIMIT_SESSIONS_PER_MINUTE: '1000',
  LIMIT_ADDRESS_PER_MINUTE: '100000',
};

describe('staff', () => {
  const { database, api, admin, start } = useServer({ rates: 'scripted', env: raised });

  const statusOf = async (cookie: string): Promise<number> =>
    (await api.as({ cookie }).get('/sessions/current')).status;

  describe('signing in', () => {
    let vera: Staff;
    beforeAll(async () => (vera = await newStaff(admin, 'agent')));

    it('opens a staff session with the scopes of the role in an HttpOnly cookie', async () => {
      const reply = await api.post('/auth/login', {
        email: vera.email.toUpperCase(),
        password: vera.password,
      });
      expect(reply).toMatchObject({ status: 200, body: { kind: 'staff' } });
      const [session, device] = reply.headers['set-cookie'] as unknown as [string, string];
      expect(session).toMatch(
        /^waybill_session=[\w-]{43}; Path=\/; Expires=[^;]+ GMT; HttpOnly; SameSite=Lax$/,
      );
      expect(device).toMatch(
        /^waybill_device=[\w-]{43}; Path=\/; Expires=[^;]+ GMT; HttpOnly; SameSite=Strict$/,
      );
      expect(reply.headers['cache-control']).toBe('no-store');
      const agent = api.as({ cookie: String(reply.headers['set-cookie']).split(';', 1)[0] as string });
      expect((await agent.get('/sessions/current')).body).toEqual(reply.body);
      expect((await agent.get('/packages')).status).toBe(200);
      expect(await agent.get('/users')).toMatchObject({ status: 403, body: { code: 'scope_missing' } });
    });

    it('rotates the session, so that a cookie planted earlier no longer works (session fixation)', async () => {
      const planted = await openSession(api);
      const { body: before } = await api.as({ cookie: planted }).get('/sessions/current');
      const cookie = await signIn(api, vera, { Cookie: planted });
      expect(cookie).not.toBe(planted);
      expect(await statusOf(planted)).toBe(401);
      const { body: after } = await api.as({ cookie }).get('/sessions/current');
      expect(after.id).not.toBe(before.id);
      const again = await signIn(api, vera, { Cookie: cookie });
      expect(await statusOf(cookie)).toBe(401);
      expect(await statusOf(again)).toBe(200);
    });

    it('keeps ownership of what the anonymous session created, also in later sessions', async () => {
      const olga = await newStaff(admin, 'agent');
      const planted = await openSession(api);
      const id = await registered(api.as({ cookie: planted }));
      const key = await newKey(admin, ['packages:read']);
      expect((await api.as({ key: key.key }).get(`/packages/${id}`)).status).toBe(404);
      await signIn(api, olga, { Cookie: planted });
      const later = await signIn(api, olga);
      // An agent can read all packages, so the API does not show ownership; the owner IDs in the database do.
      expect((await api.as({ cookie: later }).get(`/packages/${id}`)).status).toBe(200);
      const { rows } = await database.query(
        `SELECT user_id FROM user_owner_ids o JOIN packages p ON p.owner_id = o.owner_id WHERE p.id = $1`,
        [id],
      );
      expect(rows).toEqual([{ user_id: olga.id }]);
    });

    it('answers an unknown user, a wrong password and a disabled user in the same way', async () => {
      const gone = await newStaff(admin, 'agent');
      const { headers } = await admin.get(`/users/${gone.id}`);
      await admin.patch(
        `/users/${gone.id}`,
        { disabled: true },
        { headers: { 'If-Match': headers.etag as string } },
      );
      const replies = await Promise.all([
        api.post('/auth/login', { email: 'nobody@example.com', password: vera.password }),
        api.post('/auth/login', { email: vera.email, password: 'not the password' }),
        api.post('/auth/login', { email: gone.email, password: gone.password }),
      ]);
      const shown = replies.map(({ status, body, headers: { 'set-cookie': cookie, ...sent } }) => ({
        status,
        body: { ...body, request_id: '' },
        cookie,
        names: Object.keys(sent).toSorted(),
      }));
      expect(shown[0]).toMatchObject({ status: 401, body: { code: 'login_failed' }, cookie: undefined });
      expect(shown[1]).toEqual(shown[0]);
      expect(shown[2]).toEqual(shown[0]);
    });

    it('is throttled per address after ten failures, even with the right password, with Retry-After', async () => {
      const held = await newStaff(admin, 'agent');
      for (let n = 0; n < 10; n++)
        expect((await api.post('/auth/login', { email: held.email, password: 'wrong' })).status).toBe(401);
      const refused = await api.post('/auth/login', { email: held.email, password: held.password });
      expect(refused).toMatchObject({ status: 429, body: { code: 'login_throttled' } });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(800);
      await signIn(api, held, { 'X-Forwarded-For': '192.0.2.200' });
    });

    it('names invalid fields without repeating their values', async () => {
      const reply = await api.post('/auth/login', { email: '', password: `s3cret${'x'.repeat(123)}` });
      expect(reply.status).toBe(422);
      expect(reply.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
        '/email',
        '/password',
      ]);
      expect(reply.text).not.toContain('s3cret');
    });
  });

  describe('an account under a distributed password attack', () => {
    /** Fails until the account is throttled for all addresses, with too few failures from each to throttle an address. */
    const attack = async (email: string): Promise<void> => {
      for (let n = 0; n < 20; n++) await answered(attempt({ email, password: 'wrong' }, n % 4), 401);
      await answered(attempt({ email, password: 'wrong' }, 5), 429);
    };
    const attempt = (
      { email, password }: { email: string; password: string },
      host: number,
      Cookie?: string,
    ) =>
      api.post(
        '/auth/login',
        { email, password },
        { headers: { 'X-Forwarded-For': `198.51.100.${host}`, ...(Cookie && { Cookie }) } },
      );
    const deviceOf = async (user: Staff): Promise<string> => {
      const { headers } = await answered(attempt(user, 100), 200);
      return String((headers['set-cookie'] as unknown as string[])[1]).split(';', 1)[0] as string;
    };

    it('can sign in from a known device only', async () => {
      const [user, other] = [await newStaff(admin, 'agent'), await newStaff(admin, 'agent')];
      const [device, otherDevice] = [await deviceOf(user), await deviceOf(other)];
      await attack(user.email);
      await answered(attempt(user, 9), 429);
      await answered(attempt(user, 9, otherDevice), 429);
      await answered(attempt(user, 9, 'waybill_device=unknown'), 429);
      await answered(attempt(user, 9, `${device}; ${device}`), 429);
      for (let n = 0; n < 12; n++) await answered(attempt(user, 9, device), 200);
      await answered(attempt(user, 9), 429);
    });

    it('gets the same replies as an account that does not exist', async () => {
      const user = await newStaff(admin, 'agent');
      const device = await deviceOf(user);
      const email = `nobody-${user.email}`;
      const shown = async (reply: Promise<Response>) => {
        const { status, body, headers } = await reply;
        const seconds = /\d+ s/;
        return [
          status,
          body.code,
          String(body.detail).replace(seconds, ''),
          headers['set-cookie'],
          Object.keys(headers).toSorted(),
        ];
      };
      for (let n = 0; n < 22; n++) {
        const [known, unknown] = [user.email, email].map((at) => ({ email: at, password: 'wrong' }));
        const cookie = n % 3 === 0 ? `${device}x` : undefined;
        expect(await shown(attempt(unknown!, n % 4, cookie))).toEqual(
          await shown(attempt(known!, n % 4, cookie)),
        );
      }
      await answered(attempt({ email, password: 'wrong' }, 9, device), 429);
    });

    it('is throttled on a known device after ten failures there', async () => {
      const user = await newStaff(admin, 'agent');
      const device = await deviceOf(user);
      const wrong = { email: user.email, password: 'wrong' };
      for (let n = 0; n < 10; n++) await answered(attempt(wrong, n, device), 401);
      await answered(attempt(user, 11, device), 429);
      await answered(attempt(user, 11), 200);
    });

    it('can sign in from anywhere after an administrator sets another password', async () => {
      const user = await newStaff(admin, 'agent');
      await attack(user.email);
      const password = 'eight dry otters in a barn';
      const { headers } = await admin.get(`/users/${user.id}`);
      const change = (body: object, etag: unknown) =>
        admin.patch(`/users/${user.id}`, body, { headers: { 'If-Match': String(etag) } });
      await answered(change({ password: 'qwertyuiop12' }, headers.etag), 422);
      const { headers: changed } = await answered(change({ role: 'operator' }, headers.etag), 200);
      await answered(attempt(user, 9), 429);
      await answered(change({ password }, changed.etag), 200);
      for (const host of [0, 5, 9]) await answered(attempt({ email: user.email, password }, host), 200);
    });

    it('can sign in from anywhere after an administrator lifts the throttle', async () => {
      const user = await newStaff(admin, 'agent');
      await attack(user.email);
      const lift = () => admin.delete(`/users/${user.id}/throttle`);
      const lifted = () =>
        admin.get('/admin/audit-log', { query: { target_id: user.id, action: 'user.throttle_lifted' } });
      await answered(admin.delete(`/users/${user.id}/throttle`, { headers: { 'If-Match': '"x"' } }), 412);
      const weak = api.as({ key: (await newKey(admin, ['users:manage'])).key });
      expect(await weak.delete(`/users/${user.id}/throttle`)).toMatchObject({
        status: 403,
        body: { code: 'scope_not_held' },
      });
      await answered(attempt(user, 9), 429);
      await answered(lift(), 204);
      expect((await lifted()).body.items).toMatchObject([{ target: { kind: 'user', id: user.id } }]);
      for (const host of [0, 5, 9]) await answered(attempt(user, host), 200);
      await answered(lift(), 204);
      await answered(lift(), 204);
    });

    it('is not found if it does not exist', async () => {
      for (const id of ['019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11', 'not-an-id'])
        await answered(admin.delete(`/users/${id}/throttle`), 404);
    });

    it('can change the password in an open session', async () => {
      const user = await newStaff(admin, 'agent');
      const [stolen, mine] = [await signIn(api, user), await signIn(api, user)];
      await attack(user.email);
      const change = (cookie: string, present: string) =>
        api
          .as({ cookie })
          .post('/auth/password', { current_password: present, new_password: 'eight dry otters in a barn' });
      for (let n = 0; n < 10; n++) await answered(change(stolen, 'wrong'), 422);
      await answered(change(stolen, user.password), 429);
      await answered(change(mine, user.password), 204);
    });
  });

  describe('a staff session', () => {
    it('ends in every process when its user signs out', async () => {
      const other = await start();
      const elsewhere = await connect(other.url);
      const cookie = await signIn(api, await newStaff(admin, 'agent'));
      expect((await elsewhere.as({ cookie }).get('/sessions/current')).status).toBe(200);
      const out = await api.as({ cookie }).post('/auth/logout');
      expect(out.status).toBe(204);
      expect(String(out.headers['set-cookie'])).toMatch(/^waybill_session=; .*Expires=Thu, 01 Jan 1970/);
      expect((await elsewhere.as({ cookie }).get('/sessions/current')).status).toBe(401);
      await other.stop();
    });

    it('is listed with its device and last use, and can be ended from another', async () => {
      const user = await newStaff(admin, 'agent');
      const phone = await signIn(api, user, { 'User-Agent': `phone ${'x'.repeat(400)}` });
      const desk = api.as({ cookie: await signIn(api, user, { 'User-Agent': 'desk' }) });
      const { body } = await desk.get('/sessions');
      expect(body.items).toMatchObject([
        { kind: 'staff', device: 'desk', current: true },
        { kind: 'staff', device: `phone ${'x'.repeat(250)}`, current: false },
      ]);
      const stranger = await newSignedIn(api, admin, 'admin');
      expect((await stranger.delete(`/sessions/${body.items[1].id}`)).status).toBe(404);
      expect((await desk.delete(`/sessions/${body.items[1].id}`)).status).toBe(204);
      expect(await statusOf(phone)).toBe(401);
      expect((await desk.delete(`/sessions/${body.items[1].id}`)).status).toBe(404);
      expect((await desk.get('/sessions')).body.items).toHaveLength(1);
    });

    it('is listed in pages; a customer sees one session and an API key none', async () => {
      const user = await newStaff(admin, 'agent');
      const cookies = [await signIn(api, user), await signIn(api, user), await signIn(api, user)];
      const who = api.as({ cookie: cookies[0] as string });
      const first = await who.get('/sessions', { query: { limit: 2 } });
      const second = await who.get('/sessions', { query: { limit: 2, cursor: first.body.next_cursor } });
      expect([first.body.items.length, second.body.items.length, second.body.next_cursor]).toEqual([
        2,
        1,
        null,
      ]);
      expect((await (await newCustomer(api)).get('/sessions')).body).toMatchObject({
        items: [{ kind: 'anonymous', current: true }],
        next_cursor: null,
      });
      expect((await admin.get('/sessions')).body).toEqual({ items: [], next_cursor: null });
      expect((await admin.post('/auth/logout')).status).toBe(404);
    });

    it('updates its last use once a minute, not on every request', async () => {
      const user = await newStaff(admin, 'agent');
      const who = api.as({ cookie: await signIn(api, user) });
      const { body: session } = await who.get('/sessions/current');
      const lastUse = async (): Promise<Date> =>
        (await database.query(`SELECT last_used_at FROM sessions WHERE id = $1`, [session.id])).rows[0]!
          .last_used_at as Date;
      const opened = await lastUse();
      await who.get('/sessions/current');
      expect(await lastUse()).toEqual(opened);
      await database.query(`UPDATE sessions SET last_used_at = now() - interval '2 minutes' WHERE id = $1`, [
        session.id,
      ]);
      await who.get('/sessions/current');
      await eventually(async () => (await lastUse()) >= opened || undefined, {
        describe: 'the last use is recorded',
      });
    });
  });

  describe('changing one’s own password', () => {
    it('needs the current password and ends the other sessions', async () => {
      const user = await newStaff(admin, 'agent');
      const other = await signIn(api, user);
      const cookie = await signIn(api, user);
      const who = api.as({ cookie });
      const wanted = 'eight dry otters in a barn';
      const wrong = await who.post('/auth/password', { current_password: 'not it', new_password: wanted });
      expect(wrong).toMatchObject({ status: 422, body: { errors: [{ pointer: '/current_password' }] } });
      const common = await who.post('/auth/password', {
        current_password: user.password,
        new_password: 'qwertyuiop12',
      });
      expect(common).toMatchObject({
        status: 422,
        body: { errors: [{ code: 'common_password', pointer: '/new_password' }] },
      });
      expect(await statusOf(other)).toBe(200);
      const done = await who.post('/auth/password', {
        current_password: user.password,
        new_password: wanted,
      });
      expect(done.status).toBe(204);
      expect([await statusOf(other), await statusOf(cookie)]).toEqual([401, 200]);
      expect((await api.post('/auth/login', { email: user.email, password: user.password })).status).toBe(
        401,
      );
      expect((await api.post('/auth/login', { email: user.email, password: wanted })).status).toBe(200);
    });

    it('counts failures as failed sign-ins, so that a stolen session cannot guess it', async () => {
      const user = await newStaff(admin, 'agent');
      const who = api.as({ cookie: await signIn(api, user) });
      const guess = () =>
        who.post('/auth/password', {
          current_password: 'a guess',
          new_password: 'eight dry otters in a barn',
        });
      for (let n = 0; n < 10; n++) expect((await guess()).status).toBe(422);
      expect(await guess()).toMatchObject({ status: 429, body: { code: 'login_throttled' } });
    });

    it('is refused to customers and API keys', async () => {
      const body = { current_password: 'x', new_password: 'eight dry otters in a barn' };
      for (const who of [await newCustomer(api), admin])
        expect(await who.post('/auth/password', body)).toMatchObject({
          status: 403,
          body: { code: 'no_password' },
        });
    });
  });

  describe('a browser on another site', () => {
    const crossSite: Record<string, string>[] = [
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
    ];

    it.each(crossSite)('can neither sign in nor write: %j', async (headers) => {
      const user = await newStaff(admin, 'admin');
      const cookie = await signIn(api, user);
      const credentials = { email: user.email, password: user.password };
      const login = await api.post('/auth/login', credentials, { headers });
      expect(login).toMatchObject({ status: 403, body: { code: 'cross_origin_write' } });
      expect(login.headers['set-cookie']).toBeUndefined();
      const who = api.as({ cookie });
      for (const reply of [
        await who.post('/auth/logout', undefined, { headers }),
        await who.delete('/sessions/current', { headers }),
        await who.post('/users', { ...credentials, role: 'admin' }, { headers }),
        await who.post('/api-keys', { name: 'x', scopes: ['jobs:run'] }, { headers }),
      ])
        expect(reply).toMatchObject({ status: 403, body: { code: 'cross_origin_write' } });
      expect(await statusOf(cookie)).toBe(200);
    });

    it('may sign in when the page is our own', async () => {
      const user = await newStaff(admin, 'agent');
      expect(await signIn(api, user, { 'Sec-Fetch-Site': 'same-origin', Origin: api.url })).toMatch(
        /^waybill_session=/,
      );
    });
  });

  describe('two session cookies in one request', () => {
    it('are refused, because a neighbouring host may have set one', async () => {
      const user = await newStaff(admin, 'agent');
      const mine = await signIn(api, user);
      const tossed = await openSession(api);
      for (const cookie of [`${mine}; ${tossed}`, `${tossed}; ${mine}`, `${mine}; ${mine}`]) {
        expect(await statusOf(cookie)).toBe(401);
        const opened = await api.as({ cookie }).post('/sessions');
        expect(opened.status).toBe(201);
      }
      const cookie = await signIn(api, user, { Cookie: `${tossed}; ${mine}` });
      expect(await statusOf(tossed)).toBe(200);
      expect(await statusOf(cookie)).toBe(200);
    });
  });
});
