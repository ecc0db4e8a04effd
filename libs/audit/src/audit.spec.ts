import { RequestContext, TransactionContext } from '@waybill/core';
import { describeOnEachPostgres } from '../../../test/support/database';
import { rebuild, useTypeOrm } from '../../../test/support/typeorm';
import { AuditPartitions } from './audit-partitions';
import { AuditQueries } from './audit.queries';
import { AuditRepository } from './audit.repository';
import { auditSchema } from './audit.schema';
import { type AuditChanges, AuditService } from './audit.service';

const STAFF = {
  kind: 'staff' as const,
  id: '019301f0-0000-7000-8000-000000000001',
  userId: '019301f0-0000-7000-8000-000000000002',
  ownerId: '019301f0-0000-7000-8000-000000000003',
  ownerIds: ['019301f0-0000-7000-8000-000000000003'],
  scopes: new Set<never>(),
};
const TARGET = { kind: 'user', id: '42' };

describeOnEachPostgres('the audit log', (on) => {
  const { dataSource, database } = useTypeOrm(auditSchema, { on, poolSize: 3 });
  let audit: AuditService;
  let queries: AuditQueries;
  let partitions: AuditPartitions;

  beforeAll(async () => {
    await rebuild(dataSource);
    const repository = new AuditRepository(database);
    audit = new AuditService(repository);
    queries = new AuditQueries(repository);
    partitions = new AuditPartitions(database, audit);
  });

  /** Deletes the entries with the trigger function out of effect: creating all partitions again takes longer. */
  const deleteEntries = () =>
    dataSource.query(`
      DO $do$ DECLARE refusing text := pg_get_functiondef('audit_log_refuse_change'::regproc); BEGIN
        CREATE OR REPLACE FUNCTION audit_log_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN RETURN OLD; END';
        DELETE FROM audit_log;
        EXECUTE refusing;
      END $do$`);

  const staffContext = () =>
    Object.assign(new RequestContext('request-1', '192.0.2.1', `agent ${'x'.repeat(300)}`), {
      principal: STAFF,
    });
  const record = (ctx: TransactionContext, action = 'user.created', changes?: object) =>
    database.transaction(ctx, () =>
      audit.record(ctx, { action, target: TARGET, changes: changes as AuditChanges }),
    );
  const all = async () => (await queries.list(new TransactionContext(), {}, { limit: 200 })).items;
  const months = async (): Promise<string[]> =>
    (
      await dataSource.query<{ name: string }[]>(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit_log'::regclass ORDER BY 1`,
      )
    ).map(({ name }) => name);
  const insertAt = (at: string) =>
    dataSource.query(
      `INSERT INTO audit_log (at, id, actor_kind, action, target_kind, target_id, changes)
       VALUES ($1::text::timestamptz, gen_random_uuid(), 'system', 'a.b', 'x', $1::text, '{}')`,
      [at],
    );

  describe('its entries', () => {
    beforeEach(deleteEntries);

    it('records actor, action, target, time and origin', async () => {
      await record(staffContext(), 'user.changed', { role: { from: 'agent', to: 'operator' } });
      expect(await all()).toEqual([
        {
          at: expect.any(Date),
          id: expect.any(String),
          actorKind: 'staff',
          actorId: STAFF.id,
          actorUserId: STAFF.userId,
          actorOwnerId: STAFF.ownerId,
          action: 'user.changed',
          targetKind: 'user',
          targetId: '42',
          changes: { role: { from: 'agent', to: 'operator' } },
          address: '192.0.2.1',
          userAgent: `agent ${'x'.repeat(250)}`,
          requestId: 'request-1',
        },
      ]);
    });

    it('skips customers and records the system and the command line', async () => {
      await record(
        Object.assign(staffContext(), { principal: { ...STAFF, kind: 'customer' } }),
        'a.customer',
      );
      await record(new TransactionContext(), 'a.system');
      const ctx = new TransactionContext();
      await database.transaction(ctx, () =>
        audit.record(ctx, { action: 'a.command', target: TARGET, actor: { kind: 'command_line' } }),
      );
      expect((await all()).map(({ action, actorKind }) => [action, actorKind])).toEqual([
        ['a.command', 'command_line'],
        ['a.system', 'system'],
      ]);
    });

    it('is written in the transaction of the change, or not at all', async () => {
      await expect(audit.record(new TransactionContext(), { action: 'a.b', target: TARGET })).rejects.toThrow(
        'must be recorded in the transaction',
      );
      const ctx = staffContext();
      const failed = database.transaction(ctx, async () => {
        await audit.record(ctx, { action: 'a.b', target: TARGET });
        throw new Error('rolled back');
      });
      await expect(failed).rejects.toThrow('rolled back');
      expect(await all()).toEqual([]);
    });

    it.each([
      { password: 'x' },
      { nested: [{ password_hash: 'x' }] },
      { api_key: 'x' },
      { session_token: 'x' },
    ])('refuses the secret field of %j without repeating its value', async (changes) => {
      await expect(record(staffContext(), 'a.b', changes)).rejects.toThrow(
        /the audit log must not hold secrets$/,
      );
      expect(await all()).toEqual([]);
    });

    it.each([
      `waybill_${'a'.repeat(49)}`,
      `my key is waybill_${'Z'.repeat(49)}!`,
      '$argon2id$v=19$m=19456',
      `Bearer ${'x'.repeat(20)}`,
      `bearer ${'x'.repeat(40)}`,
    ])('redacts %s in every field that callers fill', async (secret) => {
      const ctx = Object.assign(new RequestContext(secret, '192.0.2.1', `${secret}`), { principal: STAFF });
      await record(ctx, 'a.b', {
        name: secret,
        was: { from: secret, to: 'plain' },
        list: [secret, 1],
        at: null,
      });
      const [entry] = await all();
      expect(entry).toMatchObject({
        changes: {
          name: '[redacted]',
          was: { from: '[redacted]', to: 'plain' },
          list: ['[redacted]', 1],
          at: null,
        },
        userAgent: '[redacted]',
        requestId: '[redacted]',
      });
    });

    it('redacts a secret in a user agent that is cut in its middle', async () => {
      const agent = `${'x'.repeat(230)} waybill_${'a'.repeat(49)}`;
      await record(Object.assign(new RequestContext('r', '192.0.2.1', agent), { principal: STAFF }));
      expect((await all())[0]?.userAgent).toBe('[redacted]');
    });

    it.each([
      'Bearer for CI',
      '$argon2@example.com',
      '$argon2',
      'waybill_import',
      'Bearer of bad news, a long text',
    ])('keeps the harmless name %s', async (name) => {
      await record(staffContext(), 'a.b', { name });
      expect((await all())[0]?.changes).toEqual({ name });
    });

    it('stores a time as RFC 3339', async () => {
      await record(staffContext(), 'a.b', { expires_at: new Date('2027-01-01T00:00:00Z') });
      expect((await all())[0]?.changes).toEqual({ expires_at: '2027-01-01T00:00:00.000Z' });
    });

    it.each([
      ['UPDATE', `UPDATE audit_log SET action = 'other'`],
      ['DELETE', `DELETE FROM audit_log`],
      ['TRUNCATE', `TRUNCATE audit_log`],
      ['UPDATE of a partition', `UPDATE audit_log_default SET action = 'other'`],
      ['DELETE of a partition', `DELETE FROM audit_log_default`],
      ['TRUNCATE of a partition', `TRUNCATE audit_log_default`],
      ['TRUNCATE of a month', `TRUNCATE audit_log_${new Date().toISOString().slice(0, 7).replace('-', '_')}`],
    ])('refuses %s, also for a superuser and with session_replication_role = replica', async (_name, sql) => {
      await insertAt('2001-01-01T00:00:00Z');
      await record(staffContext());
      await expect(dataSource.query(sql)).rejects.toThrow('audit_log is append-only');
      const asReplica = dataSource.transaction(async (manager) => {
        await manager.query(`SET LOCAL session_replication_role = replica`);
        await manager.query(sql);
      });
      await expect(asReplica).rejects.toThrow('audit_log is append-only');
      expect(await all()).toHaveLength(2);
    });

    it('is listed newest first, each entry once, even at equal times', async () => {
      await dataSource.query(
        `INSERT INTO audit_log (at, id, actor_kind, action, target_kind, target_id, changes)
       SELECT now() - (n / 5) * interval '1 ms', gen_random_uuid(), 'system', 'a.b', 'x', n::text, '{}' FROM generate_series(1, 23) n`,
      );
      const seen = [];
      let cursor: string | undefined;
      do {
        const page = await queries.list(new TransactionContext(), { action: 'a.b' }, { limit: 4, cursor });
        seen.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor);
      expect(new Set(seen.map(({ targetId }) => targetId)).size).toBe(23);
      expect(seen).toHaveLength(23);
      expect(seen.map(({ at }) => at.getTime())).toEqual(
        seen.map(({ at }) => at.getTime()).toSorted((a, b) => b - a),
      );
    });

    it('is filtered by actor, action, target and time; a cursor is valid for its filters only', async () => {
      await insertAt('2026-01-01T00:00:00.000Z');
      await insertAt('2026-01-02T00:00:00.000Z');
      await record(staffContext());
      const count = async (filters: Parameters<AuditQueries['list']>[1]) =>
        (await queries.list(new TransactionContext(), filters, { limit: 10 })).items.length;
      expect(await count({ actor: STAFF.id })).toBe(1);
      expect(await count({ actor: STAFF.userId })).toBe(1);
      expect(await count({ actor: STAFF.ownerId })).toBe(0);
      expect(await count({ action: 'a.b' })).toBe(2);
      expect(await count({ targetKind: 'x', targetId: '2026-01-01T00:00:00.000Z' })).toBe(1);
      expect(await count({ from: new Date('2026-01-02'), to: new Date('2026-01-03') })).toBe(1);
      expect(await count({ from: new Date('2026-01-01'), to: new Date('2026-01-02') })).toBe(1);
      const { next_cursor } = await queries.list(new TransactionContext(), { action: 'a.b' }, { limit: 1 });
      const other = queries.list(
        new TransactionContext(),
        { action: 'c.d' },
        { limit: 1, cursor: next_cursor! },
      );
      await expect(other).rejects.toMatchObject({ code: 'bad_request' });
    });
  });

  describe('its tables', () => {
    beforeEach(() => rebuild(dataSource));

    it('is removed completely when its migration is reverted, and works when that runs again', async () => {
      await dataSource.undoLastMigration();
      const left = await dataSource.query(
        `SELECT proname FROM pg_proc WHERE proname LIKE 'audit%' UNION SELECT relname FROM pg_class WHERE relname LIKE 'audit%'`,
      );
      expect(left).toEqual([]);
      await dataSource.runMigrations();
      await record(staffContext());
      expect(await all()).toHaveLength(1);
    });

    it('has partitions for this month and the next three, and a default one', async () => {
      expect(await months()).toHaveLength(5);
      await insertAt('1999-12-31T23:59:59.999Z');
      expect(await dataSource.query('SELECT target_id FROM audit_log_default')).toHaveLength(1);
    });

    it('moves entries of the default partition to their month and stays append-only', async () => {
      for (const at of ['1999-12-31T23:59:59.999Z', '2000-01-01T00:00:00.000Z', '2000-02-01T00:00:00.000Z'])
        await insertAt(at);
      await Promise.all([1, 2, 3].map(() => partitions.createAhead(new TransactionContext())));
      expect(await months()).toEqual(
        expect.arrayContaining([
          'audit_log_1999_12',
          'audit_log_2000_01',
          'audit_log_2000_02',
          'audit_log_default',
        ]),
      );
      expect(await dataSource.query('SELECT target_id FROM audit_log_2000_01')).toEqual([
        { target_id: '2000-01-01T00:00:00.000Z' },
      ]);
      expect(await dataSource.query('SELECT FROM audit_log_default')).toEqual([]);
      expect(await all()).toHaveLength(3);
      for (const table of ['audit_log_2000_01', 'audit_log_default'])
        await expect(dataSource.query(`TRUNCATE ${table}`)).rejects.toThrow('append-only');
      const drift = await dataSource.driver.createSchemaBuilder().log();
      expect(drift.upQueries).toEqual([]);
    });

    it('drops months older than the retention and records that', async () => {
      await insertAt('2000-01-15T00:00:00Z');
      await record(staffContext());
      expect(await partitions.dropExpired(new TransactionContext(), 12)).toEqual(['audit_log_2000_01']);
      expect((await all()).map(({ action, targetId }) => [action, targetId])).toEqual([
        ['audit_log.partition_dropped', 'audit_log_2000_01'],
        ['user.created', '42'],
      ]);
      expect(await partitions.dropExpired(new TransactionContext(), 0)).toEqual([]);
    });

    it('retries a partition later, without blocking writers, when a long read holds it', async () => {
      await insertAt('2000-01-15T00:00:00Z');
      await partitions.createAhead(new TransactionContext());
      await insertAt('2001-01-15T00:00:00Z');
      const reader = dataSource.createQueryRunner();
      await reader.startTransaction();
      try {
        await reader.query('SELECT FROM audit_log');
        const dropping = partitions.dropExpired(new TransactionContext(), 12);
        await record(staffContext());
        const [dropped] = await Promise.all([dropping, partitions.onApplicationBootstrap()]);
        expect(dropped).toEqual([]);
      } finally {
        await reader.rollbackTransaction();
        await reader.release();
      }
      expect(await months()).not.toContain('audit_log_2001_01');
      expect(await partitions.dropExpired(new TransactionContext(), 12)).toEqual([
        'audit_log_2000_01',
        'audit_log_2001_01',
      ]);
    });
  });
});
