import { TransactionContext } from '@waybill/core';
import { violates } from '@waybill/database';
import { useTypeOrm } from '../../../../../test/support/typeorm';
import { catalogSchema } from '../catalog.schema';
import { CatalogItemsRepository, type CatalogItemValues } from './catalog-items.repository';

const values: CatalogItemValues = {
  ...{ sku: 'A', name: 'Boots', brand: 'Nordkapp', category: 'shoes', hsCode: '640391' },
  ...{ priceAmount: '10.9', priceCurrency: 'USD', weightKg: '1.5', attributes: {} },
};

describe('items in PostgreSQL', () => {
  const { database } = useTypeOrm(catalogSchema);
  let items: CatalogItemsRepository;

  beforeAll(() => {
    items = new CatalogItemsRepository(database);
  });

  it('are found by their SKUs for an order, including archived items, in its transaction', async () => {
    const ctx = new TransactionContext();
    await database.transaction(ctx, async () => {
      for (const sku of ['A', 'a', 'OLD']) await items.insert(ctx, { ...values, sku });
      await items.setArchived(ctx, 'OLD', true);
      const found = await items.findForOrder(ctx, ['OLD', 'A', 'A', 'unknown']);
      const common = { name: 'Boots', brand: 'Nordkapp', weightKg: '1.500' };
      const price = { priceAmount: '10.90', priceCurrency: 'USD' };
      expect(found.toSorted((a, b) => a.sku.localeCompare(b.sku))).toEqual([
        { sku: 'A', ...common, ...price, archivedAt: null },
        { sku: 'OLD', ...common, ...price, archivedAt: expect.any(Date) },
      ]);
      expect(await items.findForOrder(ctx, [])).toEqual([]);
      expect(await items.findForOrder(new TransactionContext(), ['A'])).toEqual([]);
    });
  });

  it.each<[string, Partial<CatalogItemValues>]>([
    ['sku', { sku: 'a b' }],
    ['sku', { sku: 'a\n' }],
    ['name', { name: '' }],
    ['brand', { brand: 'x'.repeat(201) }],
    ['category', { category: '' }],
    ['price_amount', { priceAmount: '-1' }],
    ['price_currency', { priceCurrency: 'usd' }],
    ['weight_kg', { weightKg: '0' }],
    ['hs_code', { hsCode: '6403911' }],
    ['attributes', { attributes: [] as never }],
    ['attributes', { attributes: { a: 'x'.repeat(16_384) } }],
  ])('refuse an invalid %s: %j', async (column, wrong) => {
    const inserted = items.insert(new TransactionContext(), { ...values, sku: 'B', ...wrong });
    const error: unknown = await inserted.catch((caught: unknown) => caught);
    expect(violates(error, `catalog_items_${column}_check`)).toBe(true);
  });
});
