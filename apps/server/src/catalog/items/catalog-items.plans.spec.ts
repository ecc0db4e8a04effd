import { TransactionContext } from '@waybill/core';
import { maxRowsRead, type PlanNode, planOf } from '../../../../../test/support/plans';
import { useTypeOrm } from '../../../../../test/support/typeorm';
import { catalogSchema } from '../catalog.schema';
import { type CatalogItemFilters, CatalogItemsRepository } from './catalog-items.repository';

const ROWS = 100_000;
/** Items of a category or of a brand, and archived items. */
const GROUP = 1_000;
/** Items with a rare word. */
const RARE = 100;
const PAGE = 51;

/** Tests generic plans, which a connection uses after a few runs. Durations are not tested. */
describe('plans of the statements about items', () => {
  const { dataSource, database } = useTypeOrm(catalogSchema, { poolSize: 1 });
  const ctx = new TransactionContext();
  let items: CatalogItemsRepository;

  beforeAll(async () => {
    items = new CatalogItemsRepository(database);
    // The groups are spread over all SKUs.
    await dataSource.query(
      `INSERT INTO catalog_items (sku, name, brand, category, price_amount, price_currency, archived_at)
       SELECT 'S' || lpad(g::text, 6, '0'), 'boots ' || CASE WHEN g % ${ROWS / RARE} = 0 THEN 'ботинки' ELSE 'x' END,
         'brand ' || g % ${ROWS / GROUP}, 'category ' || (g + 1) % ${ROWS / GROUP}, 1, 'USD',
         CASE WHEN g % ${ROWS / GROUP} = 2 THEN now() END
       FROM generate_series(1, ${ROWS}) g`,
    );
    await dataSource.query('VACUUM ANALYZE catalog_items');
    await dataSource.query('SET plan_cache_mode = force_generic_plan');
  });

  const planFor = (work: () => Promise<unknown>): Promise<PlanNode[]> => planOf(dataSource, work);
  const list = (filters: Partial<CatalogItemFilters>) =>
    planFor(() => items.list(ctx, { archived: false, ...filters }, 'S050000', PAGE));

  function assertCheap(nodes: PlanNode[], index: string, rows: number): void {
    expect(nodes.flatMap((node) => node['Index Name'] ?? [])).toContain(index);
    expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
    expect(maxRowsRead(nodes)).toBeLessThanOrEqual(rows);
  }

  it.each<[string, Partial<CatalogItemFilters>, string, number]>([
    ['all', {}, 'catalog_items_pkey', 2 * PAGE],
    ['a category', { category: 'category 7' }, 'catalog_items_category_sku_idx', PAGE],
    ['a brand', { brand: 'brand 7' }, 'catalog_items_brand_sku_idx', PAGE],
    ['a category and a brand', { category: 'category 7', brand: 'brand 7' }, '_sku_idx', GROUP],
    ['archived items', { archived: true }, 'catalog_items_archived_idx', PAGE],
    ['archived items of a brand', { archived: true, brand: 'brand 2' }, 'catalog_items_archived_idx', GROUP],
    ['a rare word', { q: 'ботинками' }, 'catalog_items_search_idx', RARE],
    [
      'a rare word in a category',
      { q: 'ботинками', category: 'category 1' },
      'catalog_items_search_idx',
      GROUP,
    ],
    [
      'archived items with a rare word',
      { q: 'ботинками', archived: true },
      'catalog_items_search_idx',
      GROUP,
    ],
  ])('list %s with an index, and read few other rows', async (_, filters, index, rows) => {
    const nodes = await list(filters);
    const used = nodes.flatMap((node) => node['Index Name'] ?? []);
    assertCheap(nodes, used.find((name) => name.endsWith(index)) ?? index, rows);
  });

  it('use the full-text index for a common word', async () => {
    assertCheap(await list({ q: 'boot' }), 'catalog_items_search_idx', ROWS);
  });

  it('find an item, and the items of an order, by the primary key', async () => {
    assertCheap(await planFor(() => items.find(ctx, 'S000001')), 'catalog_items_pkey', 1);
    const skus = ['S000001', 'S000002', 'unknown'];
    assertCheap(await planFor(() => items.findForOrder(ctx, skus)), 'catalog_items_pkey', 2);
  });
});
