import { registered } from '../support/a-package';
import { aPackage } from '../support/a-package';
import { useServer } from '../support/use-server';
import Big from 'big.js';
import { newCustomer } from '../support/callers';

const boots = aPackage();

const { api, admin, upstream } = useServer({ rates: 'scripted' });

describe('a package, registered, priced and explained', () => {
  const customer = () => newCustomer(api);

  it('costs 72.24 RUB for 1.5 kg and 10.99 USD at the upstream’s rate, and explains the cost', async () => {
    const who = await customer();
    const id = await registered(who);
    const { body: shown } = await who.get(`/packages/${id}`);
    expect(shown).toMatchObject({
      name: 'Winter boots',
      weight_kg: '1.500',
      type: { id: 1, name: 'clothes' },
    });
    expect(shown.cost).toEqual({ amount: '72.24', currency: 'RUB' });
    const { body: cost } = await who.get(`/packages/${id}/cost`);
    expect(cost.rates).toMatchObject([
      {
        currency: 'USD',
        value: '84.004',
        source: 'cbr-json',
        carried_over: false,
        effective_date: cost.inputs.day,
      },
    ]);
    expect(upstream.requests.length).toBeGreaterThan(0);
  });

  it.each([
    { weight_kg: '0.001', amount: '0', currency: 'USD' },
    { weight_kg: '99999.999', amount: '999999999999.99', currency: 'VND' },
    { weight_kg: '12.345', amount: '0.01', currency: 'JPY' },
    { weight_kg: '3', amount: '1500', currency: 'RUB' },
  ])(
    'can be recomputed from its explanation alone: $weight_kg kg, $amount $currency',
    async ({ weight_kg, amount, currency }) => {
      const who = await customer();
      const id = await registered(who, { ...boots, weight_kg, content_value: { amount, currency } });
      const { body: cost } = await who.get(`/packages/${id}/cost`);
      const perUnit = (code: string): Big => {
        if (code === 'RUB') return new Big(1);
        const { value, nominal } = cost.rates.find((rate: { currency: string }) => rate.currency === code);
        return new Big(value).div(nominal);
      };
      const { inputs } = cost;
      const result = new Big('0.5')
        .times(inputs.weight_kg)
        .times(perUnit('USD'))
        .plus(new Big('0.01').times(inputs.content_value.amount).times(perUnit(currency)));
      expect(result.eq(cost.unrounded)).toBe(true);
      expect(cost.rounding).toEqual({ mode: 'half_up', decimals: 2 });
      expect(cost.cost).toEqual({ amount: result.toFixed(2, Big.roundHalfUp), currency: 'RUB' });
    },
  );

  it('is visible to its owner and the administrator only', async () => {
    const owner = await customer();
    const id = await registered(owner);
    const other = await customer();
    for (const path of [`/packages/${id}`, `/packages/${id}/cost`]) {
      const reply = await other.get(path);
      expect([reply.status, reply.body.code]).toEqual([404, 'package_not_found']);
      expect((await api.anonymous().get(path)).status).toBe(401);
      expect((await admin.get(path)).status).toBe(200);
    }
    expect((await other.get('/packages')).body.items).toEqual([]);
    const accepted = await owner.post('/packages', boots);
    const elsewhere = await other.get(accepted.headers.location as string);
    expect([elsewhere.status, elsewhere.body.code]).toEqual([404, 'registration_not_found']);
  });

  it('is listed newest first in pages, filtered by type and by has_cost', async () => {
    const who = await customer();
    const ids: number[] = [];
    for (const type_id of [1, 2, 1]) ids.push(await registered(who, { ...boots, type_id }));
    const idsOf = (body: { items: { id: number }[] }) => body.items.map(({ id }) => id);
    expect(idsOf((await who.get('/packages')).body)).toEqual(ids.toReversed());
    expect(idsOf((await who.get('/packages', { query: { type_id: 1 } })).body)).toEqual([ids[2], ids[0]]);
    expect(idsOf((await who.get('/packages', { query: { has_cost: false } })).body)).toEqual([]);
    const first = await who.get('/packages', { query: { limit: 2 } });
    expect(idsOf(first.body)).toEqual([ids[2], ids[1]]);
    expect(first.headers.link).toMatch(/^<\/api\/v1\/packages\?limit=2&cursor=[\w-]+>; rel="next"$/);
    const second = await who.get('/packages', { query: { limit: 2, cursor: first.body.next_cursor } });
    expect([idsOf(second.body), second.body.next_cursor]).toEqual([[ids[0]], null]);
    const misused = await who.get('/packages', {
      query: { limit: 2, type_id: 1, cursor: first.body.next_cursor },
    });
    expect([misused.status, misused.body.errors[0].code]).toEqual([400, 'cursor_of_other_filters']);
  });

  it.each([
    ['/name', { ...boots, name: '' }],
    ['/name', { ...boots, name: 'x'.repeat(513) }],
    ['/name', { ...boots, name: 'a\u0000b' }],
    ['/name', { ...boots, name: '\ud800' }],
    ['/name', { ...boots, name: 7 }],
    ['/name', { ...boots, name: undefined }],
    ['/weight_kg', { ...boots, weight_kg: 1.5 }],
    ['/weight_kg', { ...boots, weight_kg: '0' }],
    ['/weight_kg', { ...boots, weight_kg: '0.000' }],
    ['/weight_kg', { ...boots, weight_kg: '1.2345' }],
    ['/weight_kg', { ...boots, weight_kg: '100000' }],
    ['/weight_kg', { ...boots, weight_kg: '01.5' }],
    ['/weight_kg', { ...boots, weight_kg: '1.5\n' }],
    ['/weight_kg', { ...boots, weight_kg: '١' }],
    ['/content_value', { ...boots, content_value: null }],
    ['/content_value', { ...boots, content_value: [] }],
    ['/content_value', { ...boots, content_value: [{ amount: '1', currency: 'USD' }] }],
    ['/content_value/amount', { ...boots, content_value: { amount: '-1', currency: 'USD' } }],
    ['/content_value/amount', { ...boots, content_value: { amount: '1e3', currency: 'USD' } }],
    ['/content_value/amount', { ...boots, content_value: { amount: '1000000000000', currency: 'USD' } }],
    ['/content_value/currency', { ...boots, content_value: { amount: '1', currency: 'usd' } }],
    ['/content_value/currency', { ...boots, content_value: { amount: '1', currency: 'XXX' } }],
    [
      '/content_value/constructor',
      { ...boots, content_value: { amount: '1', currency: 'USD', constructor: 1 } },
    ],
    ['/type_id', { ...boots, type_id: 99 }],
    ['/type_id', { ...boots, type_id: '1' }],
    ['/type_id', { ...boots, type_id: 2_147_483_648 }],
    ['/order_uid', { ...boots, order_uid: '' }],
    ['/a~1b~0c', { ...boots, 'a/b~c': 1 }],
    ['', []],
    ['', '"text"'],
    ['', 'null'],
  ])('is refused with a pointer to the invalid field: %s', async (pointer, body) => {
    const reply = await (await customer()).post('/packages', body as object);
    expect(reply.status).toBe(422);
    expect(reply.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
  });

  it('is not found under an invalid id', async () => {
    const who = await customer();
    for (const id of ['0', '-1', '1.0', 'abc', '99999999999', '%00', '1e3', '2147483648']) {
      expect((await who.get(`/packages/${id}`)).body.code).toBe('package_not_found');
    }
    for (const id of ['1', 'abc', '00000000-0000-0000-0000-000000000000']) {
      expect((await who.get(`/packages/status/${id}`)).body.code).toBe('registration_not_found');
    }
  });
});

describe('a session', () => {
  it('is opened once per browser, kept in an HttpOnly cookie, and ended at once', async () => {
    const opened = await api.anonymous().post('/sessions');
    expect(opened.status).toBe(201);
    const [setCookie] = opened.headers['set-cookie'] as unknown as string[];
    expect(setCookie).toMatch(/^waybill_session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    const who = api.as({ cookie: setCookie?.split(';', 1)[0] as string });
    for (const again of [await who.post('/sessions'), await who.get('/sessions/new')]) {
      expect([again.status, again.body.id, again.headers['set-cookie']]).toEqual([
        200,
        opened.body.id,
        undefined,
      ]);
    }
    expect((await who.get('/sessions/current')).body).toMatchObject({
      id: opened.body.id,
      kind: 'anonymous',
    });
    expect((await who.delete('/sessions/current')).status).toBe(204);
    expect((await who.get('/sessions/current')).status).toBe(401);
    expect((await who.get('/packages')).status).toBe(401);
  });

  it('can be opened with GET /sessions/new', async () => {
    const opened = await api.anonymous().get('/sessions/new');
    expect([opened.status, opened.body.kind]).toEqual([200, 'anonymous']);
    expect(opened.headers['set-cookie']).toBeDefined();
  });

  it('is ignored beside an Authorization header, even if its key is invalid', async () => {
    const opened = await api.anonymous().post('/sessions');
    const cookie = String(opened.headers['set-cookie']).split(';', 1)[0] as string;
    const reply = await api
      .as({ cookie })
      .get('/sessions/current', { headers: { Authorization: 'Bearer waybill_nonsense' } });
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([
      401,
      'Bearer realm="waybill", error="invalid_token"',
    ]);
  });

  it('is checked before the body is read', async () => {
    const reply = await api
      .anonymous()
      .post('/packages', '{ this is not JSON', { headers: { 'Content-Type': 'application/json' } });
    expect(reply.status).toBe(401);
  });
});
