/** A body for `PUT /catalog/items/{sku}`. */
export const anItem = (more: object = {}) => ({
  name: 'Winter boots',
  brand: 'Nordkapp',
  category: 'shoes',
  price: { amount: '10.99', currency: 'USD' },
  weight_kg: '1.5',
  hs_code: '640391',
  attributes: { colour: 'black', sizes: [41, 42.5], waterproof: true },
  ...more,
});
