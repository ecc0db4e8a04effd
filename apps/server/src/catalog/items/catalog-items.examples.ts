/** An item that was just archived. */
export const archivedCatalogItem = {
  sku: 'BOOTS-42',
  name: 'Winter boots',
  brand: 'Nordkapp',
  category: 'shoes',
  price: { amount: '10.99', currency: 'USD' },
  weight_kg: '1.500',
  hs_code: '640391',
  attributes: { colour: 'black', sizes: [41, 42] },
  archived_at: '2026-11-21T09:00:00.000Z',
  created_at: '2026-11-20T09:00:00.000Z',
  updated_at: '2026-11-21T09:00:00.000Z',
};
