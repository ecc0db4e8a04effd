import { TransactionContext } from '@waybill/core';
import { useTypeOrm } from '../../../../test/support/typeorm';
import { type OrderFilters, OrdersRepository } from './orders.repository';
import { ordersSchema } from './orders.schema';

const OWNER = '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11';

describe('OrdersRepository', () => {
  const { database, dataSource } = useTypeOrm(ordersSchema);
  const ctx = new TransactionContext();
  const repository = () => new OrdersRepository(database);

  // 20,000 orders, one a second: 1,000 customers, a rare and a frequent SKU.
  beforeAll(async () => {
    await dataSource.query(
      `
      INSERT INTO orders (order_uid, position, source, owner_id, customer_id, track_number, skus, placed_at)
      SELECT 'uid-' || n, n, CASE WHEN n % 1000 = 0 THEN 'api' ELSE 'stream' END,
        CASE WHEN n % 1000 = 0 THEN $1::uuid END, 'customer-' || n % 1000, 'track-' || n,
        CASE WHEN n % 2000 = 7 THEN ARRAY['rare', 'frequent'] ELSE ARRAY['frequent', 'sku-' || n] END,
        '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 second'
      FROM generate_series(1, 20000) AS n`,
      [OWNER],
    );
    await dataSource.query(`
      INSERT INTO order_inbox (source, digest, outcome, order_uid, document)
      SELECT 'stream', sha256('x'), 'stored', 'uid-' || n, '{"n":' || n || '}' FROM generate_series(1, 20000) AS n`);
    await dataSource.query('VACUUM ANALYZE orders');
  });

  const uidsOf = async (filters: OrderFilters, count = 3) =>
    (await repository().list(ctx, filters, undefined, count)).map(({ orderUid }) => orderUid);

  it.each<[string, OrderFilters, string[]]>([
    ['all', {}, ['uid-20000', 'uid-19999', 'uid-19998']],
    ['those of a customer', { customerId: 'customer-5' }, ['uid-19005', 'uid-18005', 'uid-17005']],
    ['those with a track number', { trackNumber: 'track-77' }, ['uid-77']],
    ['those with a rare SKU', { sku: 'rare' }, ['uid-18007', 'uid-16007', 'uid-14007']],
    ['those with a frequent SKU', { sku: 'frequent' }, ['uid-20000', 'uid-19999', 'uid-19998']],
    ['those of owners', { ownerIds: [OWNER] }, ['uid-20000', 'uid-19000', 'uid-18000']],
    [
      'those of a time',
      { from: new Date('2026-01-01T00:00:01Z'), to: new Date('2026-01-01T00:00:03Z') },
      ['uid-2', 'uid-1'],
    ],
  ])('lists %s, newest first', async (_, filters, uids) => {
    expect(await uidsOf(filters)).toEqual(uids);
  });

  it('continues after an order, even if other orders have the same time', async () => {
    await dataSource.query(`
      INSERT INTO orders (order_uid, position, source, customer_id, track_number, skus, placed_at)
      SELECT 'same-' || n, 200000 + n, 'stream', 'same', 't', ARRAY['s'], '2026-03-01T00:00:00Z' FROM generate_series(1, 5) AS n`);
    const after = { placedAt: new Date('2026-03-01T00:00:00Z'), orderUid: 'same-4' };
    const rows = await repository().list(ctx, { customerId: 'same' }, after, 10);
    expect(rows.map(({ orderUid }) => orderUid)).toEqual(['same-3', 'same-2', 'same-1']);
  });

  it.each<[string, OrderFilters]>([
    ['no filter', {}],
    ['a customer', { customerId: 'customer-5' }],
    ['a track number', { trackNumber: 'track-77' }],
    ['a rare SKU', { sku: 'rare' }],
    ['a frequent SKU', { sku: 'frequent' }],
    ['owners', { ownerIds: [OWNER] }],
  ])('reads few rows of 20,000 to list by %s', async (_, filters) => {
    expect(await rowsRead(filters)).toBeLessThan(500);
  });

  it('reads the newest documents before a position', async () => {
    const newest = await repository().newest(ctx, '20001', 2);
    expect(newest).toEqual([
      { orderUid: 'uid-20000', ownerId: OWNER, position: '20000', document: '{"n":20000}' },
      { orderUid: 'uid-19999', ownerId: null, position: '19999', document: '{"n":19999}' },
    ]);
  });

  // Sums what the scans of a list read.
  async function rowsRead(filters: OrderFilters): Promise<number> {
    const [text, parameters] = repository()['listing'](ctx, filters, undefined, 51).getQueryAndParameters();
    const [{ 'QUERY PLAN': plan }] = await dataSource.query(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
      parameters,
    );
    return scanned((plan as [{ Plan: PlanNode }])[0].Plan);
  }
});

interface PlanNode {
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  'Actual Loops': number;
  Plans?: PlanNode[];
}

const scanned = (node: PlanNode): number =>
  (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'] +
  (node.Plans ?? []).reduce((sum, inner) => sum + scanned(inner), 0);
