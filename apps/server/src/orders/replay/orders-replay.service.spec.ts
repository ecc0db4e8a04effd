import { randomUUID } from 'node:crypto';
import type { Config } from '@waybill/config';
import { useTypeOrm } from '../../../../../test/support/typeorm';
import { OrderIngestRepository } from '../ingest/order-ingest.repository';
import { OrderIngest } from '../ingest/order-ingest.service';
import { OrdersCache } from '../orders.cache';
import { streamedOrder } from '../orders.examples';
import { ordersSchema } from '../orders.schema';
import { OrdersReplayRepository } from './orders-replay.repository';
import { OrdersReplay } from './orders-replay.service';

describe('OrdersReplay', () => {
  const { database, dataSource } = useTypeOrm(ordersSchema, { per: 'test' });
  const signal = new AbortController().signal;
  const replay = () => new OrdersReplay(new OrdersReplayRepository(database));

  beforeEach(async () => {
    const cache = new OrdersCache({ role: 'all', orders: { cacheBytes: 1_000 } } as Config);
    const ingest = new OrderIngest(database, new OrderIngestRepository(database), cache);
    const orders = Array.from({ length: 1_100 }, (_, n) => ({
      ...streamedOrder,
      order_uid: `uid-${n}`,
      date_created: new Date(1_700_000_000_000 + n * 7).toISOString(),
      customer_id: randomUUID(),
    }));
    await ingest.ingest(orders.map((order) => Buffer.from(JSON.stringify(order))));
  });

  it('reports equal digests for unchanged orders, and changes nothing', async () => {
    const before = await dataSource.query('SELECT * FROM orders ORDER BY order_uid');
    const result = await replay().replay(signal, {});
    expect(result).toMatchObject({ orders: 1_100, different: 0, restored: 0 });
    expect(result['rebuilt_digest']).toBe(result['stored_digest']);
    expect(result['rebuilt_digest']).toMatch(/^[0-9a-f]{64}$/);
    expect(await dataSource.query('SELECT * FROM orders ORDER BY order_uid')).toEqual(before);
  });

  it('finds and restores orders that were changed or deleted', async () => {
    const before = await dataSource.query('SELECT * FROM orders ORDER BY order_uid');
    await dataSource.query(`UPDATE orders SET customer_id = 'other' WHERE order_uid = 'uid-7'`);
    await dataSource.query(`UPDATE orders SET skus = '{}' WHERE order_uid = 'uid-800'`);
    await dataSource.query(`DELETE FROM orders WHERE order_uid = 'uid-1099'`);

    const dry = await replay().replay(signal, { dry_run: true });
    expect(dry).toMatchObject({ different: 3, restored: 0 });
    expect(dry['rebuilt_digest']).not.toBe(dry['stored_digest']);

    expect(await replay().replay(signal, {})).toMatchObject({ different: 3, restored: 3 });
    expect(await dataSource.query('SELECT * FROM orders ORDER BY order_uid')).toEqual(before);
    expect(await replay().replay(signal, { dry_run: true })).toMatchObject({ different: 0 });
  });

  it('reads only orders that were received between two times', async () => {
    expect(await replay().replay(signal, { to: '2020-01-01T00:00:00Z' })).toMatchObject({ orders: 0 });
    expect(await replay().replay(signal, { from: '2020-01-01T00:00:00Z' })).toMatchObject({ orders: 1_100 });
  });

  it('stops when it is aborted', async () => {
    await expect(replay().replay(AbortSignal.abort(new Error('stopping')), {})).rejects.toThrow('stopping');
  });
});
