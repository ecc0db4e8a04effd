import { anItem } from '../support/an-item';
import { answered } from '../support/answered';
import { type Api } from '../support/api';
import { newCustomer } from '../support/callers';
import { useServer } from '../support/use-server';

const ANY = { headers: { 'If-Match': '*' } };

interface Problem {
  code: string;
  errors: { code: string; pointer?: string; parameter?: string }[];
}

describe('items of the catalog', () => {
  const { database, api, admin } = useServer({ env: { LIMIT_ADDRESS_PER_MINUTE: '100000' } });
  let customer: Api;

  beforeAll(async () => {
    customer = await newCustomer(api);
  });
  beforeEach(() => database.query('DELETE FROM catalog_items'));

  const put = (sku: string, body: object | string = anItem(), headers: Record<string, string> = {}) =>
    admin.put(`/catalog/items/${sku}`, body, { headers });
  const faultsOf = async (body: object | string): Promise<string[]> => {
    const { errors } = (await answered(put('X', body), 422)).body as Problem;
    return errors.map(({ pointer, code }) => `${pointer} ${code}`);
  };
  const listed = async (query: Record<string, string | number | boolean>): Promise<string[]> => {
    const { body } = await answered(customer.get('/catalog/items', { query }), 200);
    return (body as { items: { sku: string }[] }).items.map(({ sku }) => sku);
  };
  const actions = async (id: string): Promise<string[]> => {
    const query = { target_kind: 'catalog_item', target_id: id };
    const { body } = await answered(admin.get('/admin/audit-log', { query }), 200);
    return (body as { items: { action: string }[] }).items.map(({ action }) => action).toReversed();
  };

  it('are created by PUT, and read by customers', async () => {
    const created = await answered(put('BOOTS-42'), 201);
    expect(created.body).toEqual({
      ...anItem({ weight_kg: '1.500' }),
      sku: 'BOOTS-42',
      archived_at: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    const { body, headers } = await answered(customer.get('/catalog/items/BOOTS-42'), 200);
    expect(body).toEqual(created.body);
    expect(headers.etag).toBe(created.headers.etag);
    await answered(
      customer.get('/catalog/items/BOOTS-42', { headers: { 'If-None-Match': headers.etag! } }),
      304,
    );
    // Letter case matters.
    await answered(customer.get('/catalog/items/boots-42'), 404);
  });

  it('are replaced as a whole, only with their ETag', async () => {
    const { headers } = await answered(put('A'), 201);
    const next = { name: 'Sandals', price: { amount: '5', currency: 'RUB' } };
    expect((await answered(put('A', next), 428)).body.code).toBe('precondition_required');
    await answered(put('A', next, { 'If-Match': '"stale"' }), 412);
    const { body, headers: changed } = await answered(put('A', next, { 'If-Match': headers.etag! }), 200);
    expect(body).toMatchObject({
      ...{ name: 'Sandals', price: { amount: '5.00', currency: 'RUB' }, attributes: {} },
      ...{ brand: null, category: null, weight_kg: null, hs_code: null },
    });
    expect(changed.etag).not.toBe(headers.etag);
    await answered(put('A', next, { 'If-Match': headers.etag! }), 412);
    expect((await customer.get('/catalog/items/A')).headers.etag).toBe(changed.etag);
  });

  it('are only created with If-None-Match: *, and only replaced with If-Match', async () => {
    await answered(put('A', anItem(), { 'If-Match': '*' }), 412);
    await answered(customer.get('/catalog/items/A'), 404);
    await answered(put('A', anItem(), { 'If-None-Match': '*' }), 201);
    await answered(put('A', anItem({ name: 'Other' }), { 'If-None-Match': '*' }), 412);
    expect((await customer.get('/catalog/items/A')).body.name).toBe('Winter boots');
  });

  it('are created once by concurrent requests', async () => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, n) => put('RACE', anItem({ name: `${n}` }))),
    );
    const statuses = replies.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([201, ...Array.from({ length: 7 }, () => 428)]);
    expect(await actions('RACE')).toEqual(['catalog_item.created']);
  });

  it('do not change when a PUT repeats their values', async () => {
    const { headers } = await answered(put('SAME', anItem({ weight_kg: '1.50' })), 201);
    const attributes = Object.fromEntries(Object.entries(anItem().attributes).toReversed());
    const { headers: same } = await answered(put('SAME', anItem({ attributes }), ANY.headers), 200);
    expect(same.etag).toBe(headers.etag);
    expect(await actions('SAME')).toEqual(['catalog_item.created']);
  });

  it('are archived and restored, repeatedly', async () => {
    await answered(put('OLD'), 201);
    await answered(put('NEW'), 201);
    const path = '/catalog/items/OLD';
    const { body } = await answered(admin.post(`${path}/archive`), 200);
    expect(body.archived_at).toEqual(expect.any(String));
    expect((await answered(admin.post(`${path}/archive`), 200)).body).toEqual(body);
    expect([await listed({}), await listed({ archived: true })]).toEqual([['NEW'], ['OLD']]);
    expect((await answered(customer.get(path), 200)).body).toEqual(body);
    // A PUT changes values only.
    const { body: edited } = await answered(put('OLD', anItem({ name: 'Edited' }), ANY.headers), 200);
    expect(edited).toMatchObject({ name: 'Edited', archived_at: body.archived_at });
    await answered(admin.post(`${path}/restore`, undefined, { headers: { 'If-Match': '"stale"' } }), 412);
    expect((await answered(admin.post(`${path}/restore`), 200)).body.archived_at).toBeNull();
    await answered(admin.post(`${path}/restore`), 200);
    expect(await listed({})).toEqual(['NEW', 'OLD']);
    const archived = ['catalog_item.archived', 'catalog_item.changed', 'catalog_item.restored'];
    expect(await actions('OLD')).toEqual(['catalog_item.created', ...archived]);
    for (const verb of ['archive', 'restore']) await answered(admin.post(`/catalog/items/NONE/${verb}`), 404);
  });

  it('record their changes in the audit log', async () => {
    // A name that the audit log refuses for a field of its own.
    await answered(put('AUDITED', anItem({ attributes: { token: 'x' } })), 201);
    const next = anItem({ brand: null, attributes: { token: 'y' } });
    await answered(put('AUDITED', next, ANY.headers), 200);
    const query = { target_id: 'AUDITED', action: 'catalog_item.changed' };
    const { body } = await answered(admin.get('/admin/audit-log', { query }), 200);
    expect(body.items[0].changes).toEqual([
      { field: 'attributes', from: '{"token":"x"}', to: '{"token":"y"}' },
      { field: 'brand', from: 'Nordkapp', to: null },
    ]);
  });

  it('are listed by SKU, by category and by brand, in pages', async () => {
    const items: [string, object][] = [
      ['b', { category: 'hats' }],
      ['A', { brand: 'Other' }],
      ['a', {}],
      ['B', { category: null, brand: null }],
    ];
    for (const [sku, more] of items) await answered(put(sku, anItem(more)), 201);
    expect(await listed({})).toEqual(['A', 'B', 'a', 'b']);
    expect(await listed({ category: 'shoes' })).toEqual(['A', 'a']);
    expect(await listed({ category: 'shoes', brand: 'Other' })).toEqual(['A']);
    expect(await listed({ category: 'Shoes' })).toEqual([]);
    for (const query of [{}, { q: 'boots' }] as Record<string, string>[]) {
      const first = await customer.get('/catalog/items', { query: { limit: 3, ...query } });
      const cursor = String(first.body.next_cursor);
      expect(await listed({ limit: 3, cursor, ...query })).toEqual(['b']);
      const other = await customer.get('/catalog/items', { query: { brand: 'Other', cursor } });
      expect(other.body.errors).toEqual([
        expect.objectContaining({ parameter: 'cursor', code: 'cursor_of_other_filters' }),
      ]);
    }
  });

  it('are found by Russian and English words in any form, by brand and by SKU', async () => {
    const items: [string, object][] = [
      ['RU-1', { name: 'Зимние ботинки для бега', brand: 'Север', category: 'обувь' }],
      ['EN-1', { name: 'Running shoes for women', brand: 'Adidas', category: 'shoes' }],
      ['NB-574.X_7', { name: 'Товар', brand: 'The', category: null }],
    ];
    for (const [sku, more] of items) await answered(put(sku, anItem(more)), 201);
    const found: [string, string[]][] = [
      ['ботинками', ['RU-1']],
      ['ЗИМНИМ ботинкам', ['RU-1']],
      ['бег север', ['RU-1']],
      ['run', ['EN-1']],
      ['woman running', []],
      ['shoe', ['EN-1']],
      ['adidas running', ['EN-1']],
      ['ADIDAS', ['EN-1']],
      ['nb-574.x_7', ['NB-574.X_7']],
      ['the', ['NB-574.X_7']],
      ['ботинки running', []],
      // No operators: any text is a valid query.
      ['-run', ['EN-1']],
      [`shoes & ! | ( ' :* <-> "`, ['EN-1']],
      ['!!!', []],
      ['\\', []],
    ];
    const got: typeof found = [];
    for (const [q] of found) got.push([q, await listed({ q })]);
    expect(got).toEqual(found);
    expect(await listed({ q: 'run', archived: true })).toEqual([]);
  });

  it('refuse invalid parameters of the list', async () => {
    const wrong: Record<string, string>[] = [
      ...[{ archived: 'yes' }, { q: '' }, { q: 'x'.repeat(201) }, { q: '\0' }],
      ...[{ category: '' }, { brand: 'x'.repeat(201) }, { limit: '201' }, { sort: 'name' }],
    ];
    for (const query of wrong) {
      const { body } = await answered(
        customer.get(`/catalog/items?${new URLSearchParams(query).toString()}`),
        400,
      );
      expect((body as Problem).errors.map(({ parameter }) => parameter)).toEqual(Object.keys(query));
    }
  });

  it('have SKUs of a pattern; another one is not found', async () => {
    for (const sku of ['-a', '.a', 'a%2Fb', 'a%20b', 'a%00', '%D1%8F', 'a'.repeat(65), 'a%0A']) {
      expect((await answered(put(sku), 404)).body.code).toBe('invalid_sku');
      await answered(customer.get(`/catalog/items/${sku}`), 404);
      await answered(admin.post(`/catalog/items/${sku}/archive`), 404);
    }
    await answered(put('9'.repeat(64)), 201);
    // The body is checked first.
    await answered(put('-a', {}), 422);
  });

  it.each<[string, object, string[]]>([
    ['an empty name', { name: '' }, ['/name is_text']],
    ['a long name', { name: 'x'.repeat(513) }, ['/name is_text']],
    ['a name with NUL', { name: 'a\0' }, ['/name unstorable_text']],
    ['a brand with half a surrogate pair', { brand: '\ud83d' }, ['/brand unstorable_text']],
    ['an empty category', { category: '' }, ['/category is_text']],
    ['a price as a number', { price: { amount: 1, currency: 'USD' } }, ['/price/amount is_decimal_string']],
    [
      'a huge price',
      { price: { amount: '1000000000000', currency: 'USD' } },
      ['/price/amount is_decimal_string'],
    ],
    ['a price without a currency', { price: { amount: '1' } }, ['/price/currency required']],
    ['a weight of 0', { weight_kg: '0.000' }, ['/weight_kg is_decimal_string']],
    ['an HS code with dots', { hs_code: '6403.91' }, ['/hs_code matches']],
    ['an HS code of 7 digits', { hs_code: '6403911' }, ['/hs_code matches']],
    ['an HS code with a line break', { hs_code: '640391\n' }, ['/hs_code matches']],
    ['a list of attributes', { attributes: [] }, ['/attributes is_item_attributes']],
    ['null as an attribute', { attributes: { a: null } }, ['/attributes is_item_attributes']],
    ['an object as an attribute', { attributes: { a: {} } }, ['/attributes is_item_attributes']],
    ['nested lists', { attributes: { a: [['b']] } }, ['/attributes is_item_attributes']],
    ['an attribute without a name', { attributes: { '': 1 } }, ['/attributes is_item_attributes']],
    ['NUL in a name', { attributes: { 'a\0': 1 } }, ['/attributes is_item_attributes']],
    ['half a surrogate pair in a name', { attributes: { '\ud83d': 1 } }, ['/attributes is_item_attributes']],
    ['NUL in an attribute', { attributes: { a: ['\0'] } }, ['/attributes/a/0 unstorable_text']],
    ['a prototype', { attributes: { constructor: 1 } }, ['/attributes/constructor unknown_field']],
    [
      'a long name of an attribute',
      { attributes: { ['x'.repeat(65)]: 1 } },
      ['/attributes is_item_attributes'],
    ],
    [
      '51 attributes',
      { attributes: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`a${n}`, n])) },
      ['/attributes is_item_attributes'],
    ],
    ['more than 8 KB', { attributes: { a: 'ж'.repeat(4_100) } }, ['/attributes is_item_attributes']],
    ['a large integer', { attributes: { a: 2 ** 53 } }, ['/attributes is_item_attributes']],
    ['a tiny number', { attributes: { a: 1e-300 } }, ['/attributes is_item_attributes']],
    ['an unknown field', { sku: 'Y' }, ['/sku unknown_field']],
  ])('refuse %s', async (_, more, faults) => {
    expect(await faultsOf(anItem(more))).toEqual(faults);
    await answered(customer.get('/catalog/items/X'), 404);
  });

  it('refuse numbers beyond those of JavaScript, and deep JSON', async () => {
    const text = (value: string) =>
      JSON.stringify(anItem({ attributes: { a: 0 } })).replace('"a":0', `"a":${value}`);
    expect(await faultsOf(text('1e400'))).toEqual(['/attributes is_item_attributes']);
    expect((await answered(put('X', text(`${'['.repeat(20)}${']'.repeat(20)}`)), 422)).body.code).toBe(
      'body_too_complex',
    );
    await answered(put('X', '{'), 400);
  });

  it('keep attributes at their limits', async () => {
    const full = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`a${n}`, [n, -1e-6, true]]));
    const limits = [
      full,
      { a: Array.from({ length: 1_900 }, () => 1) },
      { ['ж'.repeat(64)]: Number.MAX_SAFE_INTEGER, $value: 0, __v: '$value' },
      { a: 'x'.repeat(8_184) },
    ];
    for (const [n, attributes] of limits.entries()) {
      const { body } = await answered(put(`L${n}`, anItem({ attributes })), 201);
      expect(body.attributes).toEqual(attributes);
      expect((await customer.get(`/catalog/items/L${n}`)).body.attributes).toEqual(attributes);
    }
  });
});
