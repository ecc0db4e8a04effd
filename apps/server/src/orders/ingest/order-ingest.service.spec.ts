import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '@waybill/config';
import { useTypeOrm } from '../../../../../test/support/typeorm';
import { ordersSchema } from '../orders.schema';
import { OrdersCache } from '../orders.cache';
import { OrderIngestRepository } from './order-ingest.repository';
import { OrderIngest } from './order-ingest.service';

const sample = JSON.parse(readFileSync(join(__dirname, '../fixtures/model.json'), 'utf8')) as object;

const order = (over: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ ...sample, order_uid: randomUUID(), ...over }));

describe('OrderIngest', () => {
  const { database, dataSource } = useTypeOrm(ordersSchema);
  const cache = new OrdersCache({ role: 'all', orders: { cacheBytes: 1_000_000 } } as Config);
  const ingest = () => new OrderIngest(database, new OrderIngestRepository(database), cache);
  const rows = (sql: string, parameters: unknown[] = []) => dataSource.query(sql, parameters);

  it('stores an order once, and keeps its document byte for byte', async () => {
    const message = Buffer.from(
      ` ${order({ order_uid: 'once', extra: { a: [1.5, '\u{1F4E6}'] } }).toString()}\n`,
    );

    expect(await ingest().ingest([message])).toEqual([{ outcome: 'stored' }]);
    expect(cache.get('once')).toEqual({ orderUid: 'once', ownerId: null, document: message.toString() });
    expect(await ingest().ingest([message, message])).toEqual([
      { outcome: 'repeated' },
      { outcome: 'repeated' },
    ]);

    const stored = await rows(
      `SELECT document FROM orders JOIN order_inbox USING (position) WHERE orders.order_uid = 'once'`,
    );
    expect(stored).toEqual([{ document: message.toString() }]);
    const outcomes = await rows(`SELECT outcome FROM order_inbox WHERE order_uid = 'once' ORDER BY position`);
    expect(outcomes.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'stored',
      'repeated',
      'repeated',
    ]);
  });

  it('treats an order as equal if only white space or the order of its fields differs', async () => {
    const text = order({ order_uid: 'reordered' }).toString();
    const reversed = JSON.stringify(
      Object.fromEntries(Object.entries(JSON.parse(text)).toReversed()),
      null,
      2,
    );

    expect(await ingest().ingest([Buffer.from(text), Buffer.from(reversed)])).toEqual([
      { outcome: 'stored' },
      { outcome: 'repeated' },
    ]);
  });

  it('makes a dead letter of a message with a stored UID and other content, in the same batch and later', async () => {
    const [first, other] = [order({ order_uid: 'conflict' }), order({ order_uid: 'conflict', locale: 'ru' })];

    const ingested = await ingest().ingest([first, other]);
    expect(ingested.map(({ rejection }) => rejection?.reason)).toEqual([undefined, 'order_conflict']);
    expect((await ingest().ingest([other]))[0]?.rejection?.reason).toBe('order_conflict');

    expect(
      await rows(
        `SELECT reason, received, order_uid, size FROM order_dead_letters WHERE order_uid = 'conflict'`,
      ),
    ).toEqual([{ reason: 'order_conflict', received: 2, order_uid: 'conflict', size: other.byteLength }]);
  });

  it('stores the valid messages of a batch that also has invalid ones', async () => {
    const good = [order(), order()];
    const ingested = await ingest().ingest([good[0]!, Buffer.from('{'), order({ items: [] }), good[1]!]);
    expect(ingested.map(({ outcome }) => outcome)).toEqual(['stored', 'rejected', 'rejected', 'stored']);
  });

  it('counts identical invalid messages of one batch in one dead letter', async () => {
    const bad = Buffer.from(`{"bad": "${randomUUID()}"}`);
    await ingest().ingest([bad, bad, bad]);
    expect(await rows(`SELECT received FROM order_dead_letters WHERE message = $1`, [bad])).toEqual([
      { received: 3 },
    ]);
  });

  it('keeps the beginning of a message that is too large', async () => {
    const large = Buffer.from(`{"padding": "${'x'.repeat(2_000_000)}"}`);
    await ingest().ingest([large]);
    expect(
      await rows(`SELECT size, length(message) AS kept FROM order_dead_letters WHERE reason = 'too_large'`),
    ).toEqual([{ size: large.byteLength, kept: 65_536 }]);
  });

  it('rejects only the order that PostgreSQL refuses, and stores the rest of the batch', async () => {
    await rows(`ALTER TABLE orders ADD CONSTRAINT planted_check CHECK (customer_id <> 'refused')`);
    const batch = Array.from({ length: 11 }, (_, n) => order(n === 7 ? { customer_id: 'refused' } : {}));

    const ingested = await ingest().ingest(batch);

    await rows(`ALTER TABLE orders DROP CONSTRAINT planted_check`);
    expect(ingested.map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 11 }, (_, n) => (n === 7 ? 'rejected' : 'stored')),
    );
    expect(ingested[7]?.rejection).toMatchObject({ reason: 'unstorable' });
  });

  it('throws and stores nothing, not even a dead letter, if PostgreSQL is out of resources', async () => {
    const uid = randomUUID();
    await rows(`
      CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'; END $$`);
    await rows(`CREATE TRIGGER planted BEFORE INSERT ON order_inbox EXECUTE FUNCTION planted()`);

    await expect(ingest().ingest([order({ order_uid: uid }), Buffer.from('broken')])).rejects.toThrow(
      'disk full',
    );

    await rows(`DROP TRIGGER planted ON order_inbox`);
    await rows(`DROP FUNCTION planted`);
    expect(cache.get(uid)).toBeUndefined();
    expect(await rows(`SELECT FROM orders WHERE order_uid = $1`, [uid])).toEqual([]);
    expect(await rows(`SELECT FROM order_dead_letters WHERE message = 'broken'`)).toEqual([]);
  });

  it('stores each order once if concurrent batches contain the same orders', async () => {
    const messages = Array.from({ length: 40 }, () => order());
    const shuffled = Array.from({ length: 8 }, (_, n) => [
      ...messages.slice(n * 5),
      ...messages.slice(0, n * 5),
    ]);

    const all = (await Promise.all(shuffled.map((batch) => ingest().ingest(batch)))).flat();

    expect(all.filter(({ outcome }) => outcome === 'stored')).toHaveLength(40);
    expect(all.filter(({ outcome }) => outcome === 'repeated')).toHaveLength(280);
  });

  it('refuses updates and deletes in the inbox', async () => {
    await ingest().ingest([order()]);
    for (const statement of [
      `UPDATE order_inbox SET source = 'api'`,
      `DELETE FROM order_inbox`,
      `TRUNCATE order_inbox`,
    ])
      await expect(rows(statement)).rejects.toThrow('append-only');
  });
});
