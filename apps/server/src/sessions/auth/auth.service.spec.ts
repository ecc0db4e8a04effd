import { hash } from '@node-rs/argon2';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule, auditSchema, AuditService } from '@waybill/audit';
import { RequestContext, TransactionContext } from '@waybill/core';
import { Database } from '@waybill/database';
import { DataSource } from 'typeorm';
import { describeOnEachPostgres } from '../../../../../test/support/database';
import { useTypeOrm } from '../../../../../test/support/typeorm';
import { modules } from '../../modules';
import { hashSecret } from '../api-keys/api-key-format';
import { ApiKeysRepository } from '../api-keys/api-keys.repository';
import { ApiKeysService } from '../api-keys/api-keys.service';
import { SessionsRepository } from '../sessions/sessions.repository';
import { sessionsSchema } from '../sessions.schema';
import { type Argon2, argon2id } from '../users/argon2';
import { PasswordHasher } from '../users/password-hasher';
import { UsersRepository } from '../users/users.repository';
import { UsersService } from '../users/users.service';
import { LoginFailedError, LoginThrottledError } from './auth.errors';
import { AuthService } from './auth.service';
import { CallerLock } from '../caller-lock';
import { FailedSignIns } from './failed-sign-ins';
import { KnownDevices } from './known-devices';
import { KnownDevicesRepository } from './known-devices.repository';
import { LoginFailuresRepository } from './login-failures.repository';
import { LoginThrottle } from './login-throttle';
import { failedSignIns } from './sign-ins.metrics';

const PASSWORD = 'seven wet herons on a roof';
/** A hash contains its parameters, so verifying it is fast too. */
const FAST_HASH = { memoryCost: 64, timeCost: 1, parallelism: 1 };
const config = {
  staffSessions: { ttlHours: 12, idleMinutes: 60 },
  login: {
    windowMinutes: 15,
    failuresPerAccountAndAddress: 2,
    failuresPerAccount: 3,
    failuresPerAddress: 6,
    deviceDays: 90,
  },
};

/** The audit log on a database. */
function startAudit(database: Database, dataSource: DataSource): Promise<INestApplicationContext> {
  const shared = {
    module: class TestDatabase {},
    global: true,
    providers: [
      { provide: Database, useValue: database },
      { provide: DataSource, useValue: dataSource },
    ],
    exports: [Database, DataSource],
  };
  return NestFactory.createApplicationContext(
    { module: class Test {}, imports: [shared, AuditModule] },
    { logger: false },
  );
}

describeOnEachPostgres('signing in', (on) => {
  const { dataSource, database, onClose } = useTypeOrm(
    { entities: [...auditSchema.entities, ...sessionsSchema.entities] },
    { on, poolSize: 8 },
  );
  let nest: INestApplicationContext;
  let verifications: number;
  let auth: AuthService;
  let users: UsersService;
  let sessions: SessionsRepository;
  let throttle: LoginThrottle;
  let devices: KnownDevices;
  let signIns: FailedSignIns;
  /** Runs in the middle of a verification. */
  let meanwhile: () => Promise<unknown>;

  beforeAll(async () => {
    const counting: Argon2 = {
      hash: (password) => hash(password, FAST_HASH),
      verify: async (stored, password) => {
        verifications++;
        await meanwhile();
        return argon2id.verify(stored, password);
      },
    };
    const hasher = new PasswordHasher(counting);
    const repository = new UsersRepository(database);
    nest = await startAudit(database, dataSource);
    onClose(() => nest.close());
    const audit = nest.get(AuditService);
    sessions = new SessionsRepository(database, config);
    const keyRows = new ApiKeysRepository(database);
    const callers = new CallerLock(repository, sessions, keyRows);
    const keys = new ApiKeysService(database, keyRows, callers, audit);
    throttle = new LoginThrottle(config, new LoginFailuresRepository(database));
    devices = new KnownDevices(config, new KnownDevicesRepository(database));
    users = new UsersService(database, repository, sessions, hasher, throttle, audit, keys, callers);
    const failed = new FailedSignIns(database, audit);
    const parts = [repository, sessions, users, hasher, throttle, devices, audit, failed] as const;
    signIns = new FailedSignIns(database, audit);
    auth = new AuthService(config, database, ...parts);
    for (const email of ['vera@example.com', 'gone@example.com'])
      await users.add(new TransactionContext(), { email, role: 'agent', password: PASSWORD });
    await dataSource.query(`UPDATE users SET disabled_at = now() WHERE email = 'gone@example.com'`);
  });
  beforeEach(async () => {
    verifications = 0;
    meanwhile = () => Promise.resolve();
    await dataSource.query('TRUNCATE login_failures, sessions, known_devices');
    await dataSource.query(`UPDATE users SET disabled_at = NULL WHERE email = 'vera@example.com'`);
  });

  const from = (address = '192.0.2.1') => new RequestContext('request', address, 'a device');
  const login = async (
    email: string,
    password: string,
    token?: string,
    address?: string,
    device?: string,
  ) => {
    const ctx = from(address);
    // The guard of the route does the same.
    await throttle.admitAddress(ctx.address);
    return auth.login(ctx, { email, password }, { session: token, device });
  };
  const anonymous = async (token: string, ownerId: string) =>
    sessions.insert(new TransactionContext(), {
      id: ownerId,
      tokenHash: hashSecret(token),
      ownerId,
      userId: null,
      device: null,
      ttlHours: 1,
    });
  const caller = (token: string) => sessions.findCaller(new TransactionContext(), hashSecret(token));
  const failures = async (): Promise<number[]> => {
    const rows = await dataSource.query<{ failures: number }[]>(
      'SELECT failures FROM login_failures ORDER BY failures',
    );
    return rows.map((row) => row.failures);
  };

  it.each([
    ['an unknown user', 'nobody@example.com', PASSWORD],
    ['a wrong password', 'vera@example.com', 'seven dry herons'],
    ['a disabled user', 'gone@example.com', PASSWORD],
    ['a disabled user with a wrong password', 'gone@example.com', 'seven dry herons'],
  ])('returns the same error for %s after exactly one verification', async (_who, email, password) => {
    const error: unknown = await login(email, password).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(LoginFailedError);
    expect((error as Error).message).toBe(new LoginFailedError().message);
    expect(verifications).toBe(1);
  });

  it('verifies once on success, ignoring the case of the email address', async () => {
    const { token, session } = await login('VERA@example.com', PASSWORD);
    expect(verifications).toBe(1);
    expect(session).toMatchObject({ device: 'a device', userId: expect.any(String) });
    expect(await caller(token)).toMatchObject({ role: 'agent', userId: session.userId });
  });

  it('throttles an account for all addresses before the password is verified, and returns the remaining time', async () => {
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3'])
      await expect(login('vera@example.com', 'wrong', undefined, address)).rejects.toThrow(LoginFailedError);
    const refused = login('vera@example.com', PASSWORD, undefined, '192.0.2.4');
    await expect(refused).rejects.toBeInstanceOf(LoginThrottledError);
    const { extras } = (await refused.catch((error: unknown) => error)) as LoginThrottledError;
    expect(Number(extras.retryAfterSeconds)).toBeGreaterThan(890);
    expect(verifications).toBe(3);
  });

  it('throttles an address (IPv6 by its /64 network); further attempts there do not count for any account', async () => {
    for (let n = 0; n < 6; n++)
      await expect(login(`u${n}@example.com`, 'wrong', undefined, `2001:db8::${n}`)).rejects.toThrow(
        LoginFailedError,
      );
    const before = await failures();
    await expect(login('vera@example.com', 'wrong', undefined, '2001:db8::9')).rejects.toThrow(
      LoginThrottledError,
    );
    expect(verifications).toBe(6);
    expect(await failures()).toHaveLength(before.length);
    await login('vera@example.com', PASSWORD, undefined, '2001:db8:0:1::9');
  });

  it('throttles an account at one address first; further attempts there do not count for the account', async () => {
    for (let n = 0; n < 2; n++)
      await expect(login('vera@example.com', 'wrong')).rejects.toThrow(LoginFailedError);
    for (let n = 0; n < 3; n++)
      await expect(login('vera@example.com', PASSWORD)).rejects.toThrow(LoginThrottledError);
    expect(verifications).toBe(2);
    await login('vera@example.com', PASSWORD, undefined, '192.0.2.2');
  });

  it.each([
    ['an account', 3, (n: number) => login('vera@example.com', 'wrong', undefined, `198.51.100.${n}`)],
    ['an account at one address', 2, () => login('vera@example.com', 'wrong')],
    ['an address', 6, (n: number) => login(`u${n}@example.com`, 'wrong')],
  ])('enforces the limit of %s under parallel attempts', async (_what, limit, attempt) => {
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => attempt(n)));
    const reasons = attempts.map((settled) => (settled as PromiseRejectedResult).reason as Error);
    expect(reasons.filter((reason) => reason instanceof LoginFailedError)).toHaveLength(limit);
    expect(reasons.filter((reason) => reason instanceof LoginThrottledError)).toHaveLength(20 - limit);
    expect(verifications).toBe(limit);
  });

  describe('on a known device', () => {
    const throttleAccount = async () => {
      for (const n of [1, 2, 3])
        await expect(login('vera@example.com', 'wrong', undefined, `198.51.100.${n}`)).rejects.toThrow(
          LoginFailedError,
        );
    };
    const loginOn = (device: string, password: string, email = 'vera@example.com', address = '192.0.2.9') =>
      login(email, password, undefined, address, device);
    const knownDeviceCount = async (): Promise<number> =>
      Number((await dataSource.query('SELECT count(*) FROM known_devices'))[0].count);

    it('signs in although the account is throttled, and stays one device', async () => {
      const { device } = await login('vera@example.com', PASSWORD);
      await throttleAccount();
      const again = await loginOn(device.token, PASSWORD);
      expect(again.device.token).toBe(device.token);
      expect(await knownDeviceCount()).toBe(1);
      await expect(loginOn('', PASSWORD)).rejects.toThrow(LoginThrottledError);
    });

    it('has its own limit of failures, which do not count for others', async () => {
      const { device } = await login('vera@example.com', PASSWORD);
      for (let n = 0; n < 2; n++)
        await expect(loginOn(device.token, 'wrong')).rejects.toThrow(LoginFailedError);
      await expect(loginOn(device.token, PASSWORD)).rejects.toThrow(LoginThrottledError);
      await login('vera@example.com', PASSWORD, undefined, '192.0.2.9');
    });

    it('does not reset failures of others', async () => {
      const { device } = await login('vera@example.com', PASSWORD);
      await throttleAccount();
      await loginOn(device.token, PASSWORD);
      await expect(login('vera@example.com', PASSWORD, undefined, '192.0.2.8')).rejects.toThrow(
        LoginThrottledError,
      );
    });

    it('is known for one account only, until it expires', async () => {
      const { device } = await login('vera@example.com', PASSWORD);
      const ctx = new TransactionContext();
      expect(await devices.recognise(ctx, device.token, 'vera@example.com')).toBe(device.token);
      expect(await devices.recognise(ctx, device.token, 'gone@example.com')).toBeUndefined();
      expect(await devices.recognise(ctx, device.token, 'nobody@example.com')).toBeUndefined();
      const days = (device.expiresAt.getTime() - Date.now()) / 86_400_000;
      expect(Math.round(days)).toBe(90);
      expect(await devices.purge(new AbortController().signal)).toBe(0);
      await dataSource.query('UPDATE known_devices SET expires_at = now()');
      expect(await devices.recognise(ctx, device.token, 'vera@example.com')).toBeUndefined();
      expect(await devices.purge(AbortSignal.abort())).toBe(0);
      expect(await devices.purge(new AbortController().signal)).toBe(1);
    });

    it('is one of at most ten per user: the oldest is dropped', async () => {
      const first = await login('vera@example.com', PASSWORD);
      for (let n = 0; n < 10; n++) await login('vera@example.com', PASSWORD);
      expect(await knownDeviceCount()).toBe(10);
      const ctx = new TransactionContext();
      expect(await devices.recognise(ctx, first.device.token, 'vera@example.com')).toBeUndefined();
    });

    it('stores only a digest of its token', async () => {
      const { device } = await login('vera@example.com', PASSWORD);
      const [row] = await dataSource.query('SELECT token_hash FROM known_devices');
      expect(row.token_hash).toEqual(hashSecret(device.token));
    });
  });

  it('resets the count of the account at this address on success, but keeps earlier failures of the account and the address', async () => {
    await expect(login('vera@example.com', 'wrong')).rejects.toThrow(LoginFailedError);
    await login('vera@example.com', PASSWORD);
    expect(await failures()).toEqual([1, 1]);
    await dataSource.query(`UPDATE login_failures SET since = now() - interval '16 minutes'`);
    await expect(login('vera@example.com', 'wrong')).rejects.toThrow(LoginFailedError);
    expect(await failures()).toEqual([1, 1, 1]);
    await dataSource.query(`UPDATE login_failures SET since = now() - interval '16 minutes'`);
    expect(await throttle.purge(AbortSignal.abort())).toBe(0);
    expect(await throttle.purge(new AbortController().signal)).toBe(3);
  });

  it('keeps the data of the anonymous session and ends that session', async () => {
    const ownerId = '019301f0-7b5c-7cc0-a2d4-000000000001';
    await anonymous('planted', ownerId);
    const { token, session } = await login('vera@example.com', PASSWORD, 'planted');
    expect(session.id).not.toBe(ownerId);
    expect(session.ownerId).toBe(ownerId);
    expect(await caller('planted')).toBeUndefined();
    const elsewhere = await login('vera@example.com', PASSWORD);
    expect((await caller(elsewhere.token))?.ownerIds).toContain(ownerId);
    expect((await caller(token))?.ownerIds).toContain(ownerId);
  });

  it('links the data of a session to one user only', async () => {
    await users.add(new TransactionContext(), {
      email: 'oleg@example.com',
      role: 'agent',
      password: PASSWORD,
    });
    const ownerId = '019301f0-7b5c-7cc0-a2d4-000000000002';
    await anonymous('shared', ownerId);
    const both = await Promise.all([
      login('vera@example.com', PASSWORD, 'shared'),
      login('oleg@example.com', PASSWORD, 'shared'),
    ]);
    const owners = await Promise.all(both.map(async ({ token }) => (await caller(token))?.ownerIds));
    expect(owners.filter((ids) => ids?.includes(ownerId))).toHaveLength(1);
    const [vera] = both;
    const oleg = await login('oleg@example.com', PASSWORD, vera.token);
    expect((await caller(oleg.token))?.ownerIds).not.toContain(vera.session.ownerId);
    expect(await caller(vera.token)).toBeUndefined();
  });

  it('opens no session for a user who is disabled during verification', async () => {
    meanwhile = () =>
      dataSource.query(`UPDATE users SET disabled_at = now() WHERE email = 'vera@example.com'`);
    await expect(login('vera@example.com', PASSWORD)).rejects.toThrow(LoginFailedError);
    expect(await dataSource.query('SELECT FROM sessions')).toEqual([]);
    const [entry] = await dataSource.query(`SELECT * FROM audit_log ORDER BY at DESC, id DESC LIMIT 1`);
    expect(entry).toMatchObject({ action: 'user.sign_in_failed', changes: { reason: 'changed_user' } });
  });

  const recorded = async (): Promise<number> =>
    Number((await dataSource.query(`SELECT count(*) FROM audit_log`))[0].count);

  const counted = async (reason: string): Promise<number> =>
    (await failedSignIns.get()).values.find(({ labels }) => labels.reason === reason)?.value ?? 0;

  it('counts throttled sign-ins by account and address, and records none of them', async () => {
    const before = [await counted('account_throttled'), await counted('address_throttled')] as const;
    for (let n = 0; n < 2; n++)
      await expect(login('vera@example.com', 'wrong')).rejects.toThrow(LoginFailedError);
    const entries = await recorded();
    for (let n = 0; n < 6; n++)
      await expect(login('vera@example.com', 'wrong')).rejects.toThrow(LoginThrottledError);
    expect(await counted('account_throttled')).toBe(before[0] + 4);
    expect(await counted('address_throttled')).toBe(before[1] + 2);
    expect(await recorded()).toBe(entries);
  });

  it('records a limited number of failed sign-ins per minute, and counts all of them', async () => {
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now());
    const [entries, count] = [await recorded(), await counted('unknown_user')];
    for (let n = 0; n < 65; n++) await signIns.note(from(), 'unknown_user', undefined);
    expect(await recorded()).toBe(entries + 60);
    clock.mockReturnValue(Date.now() + 60_000);
    await signIns.note(from(), 'unknown_user', undefined);
    clock.mockRestore();
    expect(await recorded()).toBe(entries + 61);
    expect(await counted('unknown_user')).toBe(count + 66);
  });

  it('records sign-ins and failed sign-ins in the audit log', async () => {
    const before = await recorded();
    for (const email of ['vera@example.com', 'nobody@example.com'])
      await expect(login(email, 'wrong')).rejects.toThrow(LoginFailedError);
    expect(await recorded()).toBe(before + 2);
    const { session } = await login('vera@example.com', PASSWORD);
    const [entry] = await dataSource.query(`SELECT * FROM audit_log ORDER BY at DESC, id DESC LIMIT 1`);
    expect(entry).toMatchObject({
      action: 'session.signed_in',
      actor_kind: 'staff',
      actor_id: session.id,
      actor_user_id: session.userId,
      address: '192.0.2.1',
    });
  });

  it('refuses to change your own password without the current one', async () => {
    await users.add(from(), { email: 'anna@example.com', role: 'admin', password: PASSWORD });
    const [own, others] = [
      await login('vera@example.com', PASSWORD),
      await login('anna@example.com', PASSWORD),
    ];
    const id = own.session.userId as string;
    const as = ({ session }: typeof own) =>
      Object.assign(from(), {
        principal: {
          kind: 'staff',
          id: session.id,
          userId: session.userId,
          ownerId: session.ownerId,
          ownerIds: [session.ownerId],
          scopes: new Set(modules.scopes.map(({ name }) => name)),
        },
        preconditions: {},
      });
    const change = { password: 'seven dry herons on a roof' };
    await expect(users.change(as(own), id, change)).rejects.toMatchObject({
      code: 'validation_failed',
      extras: { errors: [{ code: 'own_password', pointer: '/password' }] },
    });
    await expect(users.change(as(others), id, change)).rejects.toMatchObject({
      code: 'precondition_required',
    });
  });

  it('ends a session after 12 hours, or one hour without use', async () => {
    const { token, session } = await login('vera@example.com', PASSWORD);
    expect(session.expiresAt.getTime() - session.createdAt.getTime()).toBe(12 * 3_600_000);
    const age = (minutes: number) =>
      dataSource.query(`UPDATE sessions SET last_used_at = now() - $1 * interval '1 minute'`, [minutes]);
    await age(59);
    expect(await caller(token)).toMatchObject({ isStale: true });
    await age(61);
    expect(await caller(token)).toBeUndefined();
    await age(0);
    expect(await caller(token)).toMatchObject({ isStale: false });
    await dataSource.query(`UPDATE sessions SET expires_at = now()`);
    expect(await caller(token)).toBeUndefined();
  });

  it('ends an anonymous session only at its expiry', async () => {
    await anonymous('customer', '019301f0-7b5c-7cc0-a2d4-000000000003');
    await dataSource.query(`UPDATE sessions SET last_used_at = now() - interval '3 hours'`);
    expect(await caller('customer')).toMatchObject({ userId: null, role: null });
  });
});
