import { randomUUID } from 'node:crypto';
import { streamedOrder } from '../../apps/server/src/orders/orders.examples';
import { openBroker } from '../../apps/producer/src/open-broker';
import type { Broker } from '../../libs/broker/src';
import { loadConfig } from '../../libs/config/src';
import { answered } from '../support/answered';
import type { Api } from '../support/api';
import { openSession } from '../support/callers';
import { eventually } from '../support/poll';
import { newStaff, signIn } from '../support/staff';
import { useServer } from '../support/use-server';

const anOrder = (more: object = {}) => ({ ...streamedOrder, order_uid: `uid-${randomUUID()}`, ...more });

describe('orders', () => {
  const { api, admin, database, onClose } = useServer();
  let stream: Broker;

  /** Publishes lines to the order stream, and waits until all are processed. */
  async function publish(...lines: string[]): Promise<void> {
    const before = await received();
    await stream.publish(
      'orders.order.placed.v1',
      lines.map((line) => ({ body: Buffer.from(line) })),
    );
    await eventually(async () => (await received()) >= before + lines.length, {
      describe: 'all are processed',
    });
  }

  const received = async (): Promise<number> =>
    Number((await database.rows<{ n: string }>('SELECT count(*) AS n FROM order_inbox'))[0]?.n);

  const customer = async (): Promise<Api> => api.as({ cookie: await openSession(api) });

  async function deadLetter(line: string): Promise<string> {
    await publish(line);
    const found = await database.rows<{ id: string }>(
      'SELECT id FROM order_dead_letters WHERE message = $1',
      [Buffer.from(line)],
    );
    return found[0]!.id;
  }

  beforeAll(async () => {
    const opened = await openBroker(loadConfig('all', { DATABASE_URL: database.url }));
    onClose(opened.close);
    stream = opened.broker;
    const item = { name: 'Winter boots', brand: 'Nordkapp', weight_kg: '1.5' };
    for (const [sku, amount, currency] of [
      ['BOOTS', '19.90', 'USD'],
      ['PENCIL', '0.07', 'USD'],
      ['BOOK', '799.00', 'RUB'],
      ['OLD', '1.00', 'USD'],
    ])
      await answered(admin.put(`/catalog/items/${sku}`, { ...item, price: { amount, currency } }), 201);
    await answered(admin.post('/catalog/items/OLD/archive'), 200);
  });

  describe('from the stream', () => {
    it('are returned byte for byte as they came', async () => {
      const uid = `uid-${randomUUID()}`;
      const line = ` {"order_uid" : "${uid}", "extra":{"β":[1.50,1e2]},${JSON.stringify(streamedOrder).replace(/^{"order_uid":"[^"]*",/, '')}`;
      await publish(line);

      const reply = await answered(admin.get(`/orders/${uid}`), 200);
      expect(reply.text).toBe(line);
      expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
      const match = { headers: { 'If-None-Match': String(reply.headers.etag) } };
      await answered(admin.get(`/orders/${uid}`, match), 304);
    });

    it('are not shown to customers', async () => {
      const order = anOrder();
      await publish(JSON.stringify(order));
      expect((await answered((await customer()).get(`/orders/${order.order_uid}`), 404)).body.code).toBe(
        'order_not_found',
      );
    });

    it.each(['nothing', '%00', 'a%2Fb', 'x'.repeat(129)])('have no UID %s', async (uid) => {
      expect((await answered(admin.get(`/orders/${uid}`), 404)).body.code).toBe('order_not_found');
    });

    it('are listed by customer, track number, SKU and time', async () => {
      const mark = randomUUID();
      const orders = [1, 2, 3].map((n) =>
        anOrder({
          customer_id: mark,
          track_number: `${mark}-${n}`,
          items: [{ ...streamedOrder.items[0], nm_id: 7_000_000 + n, sku: n === 3 ? mark : undefined }],
          date_created: `2026-02-0${n}T00:00:00Z`,
        }),
      );
      await publish(...orders.map((order) => JSON.stringify(order)));
      const [first, second, third] = orders.map(({ order_uid: uid }) => uid);
      const uidsBy = async (query: Record<string, string | number>) =>
        (await answered(admin.get('/orders', { query }), 200)).body.items.map(
          (order: { order_uid: string }) => order.order_uid,
        );

      expect(await uidsBy({ customer_id: mark })).toEqual([third, second, first]);
      expect(await uidsBy({ track_number: `${mark}-2` })).toEqual([second]);
      expect(await uidsBy({ sku: '7000001' })).toEqual([first]);
      expect(await uidsBy({ sku: mark })).toEqual([third]);
      expect(
        await uidsBy({ customer_id: mark, from: '2026-02-02T00:00:00Z', to: '2026-02-03T00:00:00Z' }),
      ).toEqual([second]);

      const page = await answered(admin.get('/orders', { query: { customer_id: mark, limit: 2 } }), 200);
      const next = await answered(
        admin.get('/orders', { query: { customer_id: mark, limit: 2, cursor: page.body.next_cursor } }),
        200,
      );
      expect(next.body).toMatchObject({ items: [{ order_uid: first, source: 'stream' }], next_cursor: null });
    });

    it.each([
      [{ from: 'yesterday' }, 'from'],
      [{ sku: '' }, 'sku'],
      [{ colour: 'red' }, 'colour'],
      [{ customer_id: 'x'.repeat(129) }, 'customer_id'],
    ])('are not listed by %j', async (query, parameter) => {
      const { body } = await answered(admin.get('/orders', { query }), 400);
      expect(body.errors).toMatchObject([{ parameter }]);
    });
  });

  describe('that are placed', () => {
    it('keep the prices of the catalog, with exact totals', async () => {
      const who = await customer();
      const items = [
        { sku: 'PENCIL', qty: 3 },
        { sku: 'BOOK', qty: 1 },
        { sku: 'BOOTS', qty: 2 },
      ];
      const placed = await answered(who.post('/orders', { user_id: 123, items }), 201);

      expect(placed.body).toMatchObject({
        customer_id: '123',
        delivery: null,
        payment: null,
        source: 'api',
        totals: [
          { amount: '799.00', currency: 'RUB' },
          { amount: '40.01', currency: 'USD' },
        ],
      });
      expect(placed.body.items[0]).toEqual({
        ...{ sku: 'PENCIL', name: 'Winter boots', brand: 'Nordkapp', qty: 3 },
        price: { amount: '0.07', currency: 'USD' },
        total_price: { amount: '0.21', currency: 'USD' },
      });
      expect(placed.headers.location).toBe(`/api/v1/orders/${placed.body.order_uid}`);
      expect((await answered(who.get(`/orders/${placed.body.order_uid}`), 200)).body).toEqual(placed.body);
      expect((await answered(who.get('/orders'), 200)).body.items).toMatchObject([
        { order_uid: placed.body.order_uid, source: 'api', skus: ['PENCIL', 'BOOK', 'BOOTS'] },
      ]);
      await answered((await customer()).get(`/orders/${placed.body.order_uid}`), 404);
      await answered(admin.get(`/orders/${placed.body.order_uid}`), 200);
    });

    it('keep their prices when the catalog changes', async () => {
      const { body } = await answered(
        admin.post('/orders', { user_id: 1, items: [{ sku: 'BOOTS', qty: 1 }] }),
        201,
      );
      const match = { headers: { 'If-Match': '*' } };
      const changed = { name: 'Winter boots', price: { amount: '25.00', currency: 'USD' } };
      await answered(admin.put('/catalog/items/BOOTS', changed, match), 200);
      expect((await answered(admin.get(`/orders/${body.order_uid}`), 200)).body).toEqual(body);
    });

    it('are one order for one idempotency key', async () => {
      const who = await customer();
      const options = { headers: { 'Idempotency-Key': randomUUID() } };
      const body = { user_id: 5, items: [{ sku: 'BOOK', qty: 1 }] };
      const first = await answered(who.post('/orders', body, options), 201);
      const second = await answered(who.post('/orders', body, options), 201);
      expect(second.text).toBe(first.text);
      expect(second.headers['idempotent-replayed']).toBe('true');
      expect((await answered(who.get('/orders'), 200)).body.items).toHaveLength(1);
    });

    it.each([
      [
        {
          user_id: 1,
          items: [
            { sku: 'BOOTS', qty: 1 },
            { sku: 'NONE', qty: 1 },
          ],
        },
        '/items/1/sku',
        'unknown_sku',
      ],
      [{ user_id: 1, items: [{ sku: 'OLD', qty: 1 }] }, '/items/0/sku', 'archived_sku'],
      [{ user_id: 1, items: [] }, '/items', undefined],
      [{ user_id: 1, items: [{ sku: 'BOOTS', qty: 0 }] }, '/items/0/qty', undefined],
      [{ user_id: 1, items: [{ sku: 'BOOTS', qty: 10_001 }] }, '/items/0/qty', undefined],
      [{ user_id: 1, items: [{ sku: 'BOOTS', qty: 1.5 }] }, '/items/0/qty', undefined],
      [{ user_id: '1', items: [{ sku: 'BOOTS', qty: 1 }] }, '/user_id', undefined],
      [{ user_id: 1, items: 'BOOTS' }, '/items', undefined],
      [{ user_id: 1, items: [{ sku: 'BOOTS', qty: 1, price: 1 }] }, '/items/0/price', 'unknown_field'],
      [{ items: [{ sku: 'BOOTS', qty: 1 }] }, '/user_id', undefined],
    ])('are refused: %j', async (body, pointer, code) => {
      const who = await customer();
      const refused = await answered(who.post('/orders', body), 422);
      expect(refused.body.errors[0]).toMatchObject({ pointer, ...(code !== undefined && { code }) });
      expect((await answered(who.get('/orders'), 200)).body.items).toEqual([]);
    });
  });

  describe('dead letters', () => {
    it('keep what came, and are listed by reason', async () => {
      const [broken, invalid] = [`{"broken": "${randomUUID()}`, JSON.stringify(anOrder({ items: [] }))];
      const id = await deadLetter(broken);
      const other = await deadLetter(invalid);

      expect((await answered(admin.get(`/orders/dead-letters/${id}`), 200)).body).toMatchObject({
        ...{
          state: 'open',
          reason: 'malformed_json',
          pointer: null,
          message: broken,
          message_encoding: 'utf-8',
        },
        ...{ received: 1, failed_redrives: 0, corrected: false, correction: null, size: broken.length },
      });
      const query = { reason: 'invalid_order', state: 'open' };
      const { body } = await answered(admin.get('/orders/dead-letters', { query }), 200);
      expect(body.items[0]).toMatchObject({ id: other, reason: 'invalid_order', pointer: '/items' });
      expect(body.items.map((letter: { id: string }) => letter.id)).not.toContain(id);
      await answered(admin.get('/orders/dead-letters', { query: { reason: 'none' } }), 400);
      await answered(admin.get(`/orders/dead-letters/${randomUUID()}`), 404);
    });

    it('are stored once they are corrected', async () => {
      const order = anOrder({ customer_id: '' });
      const id = await deadLetter(JSON.stringify(order));
      const { headers } = await answered(admin.get(`/orders/dead-letters/${id}`), 200);
      const match = { headers: { 'If-Match': String(headers.etag) } };
      const path = `/orders/dead-letters/${id}/correction`;
      const corrected = { order: { ...order, customer_id: 'customer-1' } };

      const refused = await answered(admin.put(path, { order: { ...order, items: [] } }, match), 422);
      expect(refused.body.errors).toMatchObject([{ pointer: '/order/items' }]);
      await answered(admin.put(path, corrected), 428);
      await answered(admin.put(path, corrected, { headers: { 'If-Match': '"x"' } }), 412);
      await answered(admin.put(path, corrected, match), 200);
      const redriven = await answered(admin.post(`/orders/dead-letters/${id}/redrive`), 200);
      expect(redriven.body).toMatchObject({ state: 'redriven', corrected: true });

      expect((await answered(admin.get(`/orders/${order.order_uid}`), 200)).body).toEqual(corrected.order);
      await answered(admin.post(`/orders/dead-letters/${id}/redrive`), 200);
      const late = await answered(admin.put(path, corrected, { headers: { 'If-Match': '*' } }), 409);
      expect(late.body.code).toBe('dead_letter_closed');
      expect(await actionsOn(id)).toEqual(['dead_letter.corrected', 'dead_letter.redriven']);
    });

    it('must be forced after 5 failed redrives', async () => {
      const id = await deadLetter(JSON.stringify(anOrder({ locale: 7 })));
      const path = `/orders/dead-letters/${id}/redrive`;
      for (let failed = 1; failed <= 5; failed++)
        expect((await answered(admin.post(path), 200)).body).toMatchObject({
          state: 'open',
          failed_redrives: failed,
        });
      expect((await answered(admin.post(path), 409)).body.code).toBe('redrive_limit_reached');
      expect((await answered(admin.post(path, { force: true }), 200)).body).toMatchObject({
        failed_redrives: 6,
      });
      const many = await answered(admin.post('/orders/dead-letters/redrive', { ids: [id] }), 200);
      expect(many.body).toEqual({ redriven: 0, failed: 0, skipped: 1 });
    });

    it('are redriven many at once', async () => {
      const [first, second] = [anOrder({ entry: '' }), anOrder({ entry: '' })];
      const ids = [await deadLetter(JSON.stringify(first)), await deadLetter(JSON.stringify(second))];
      await answered(
        admin.put(
          `/orders/dead-letters/${ids[0]}/correction`,
          { order: { ...first, entry: 'WBIL' } },
          { headers: { 'If-Match': '*' } },
        ),
        200,
      );
      const { body } = await answered(
        admin.post('/orders/dead-letters/redrive', { ids: [...ids, randomUUID()] }),
        200,
      );
      expect(body).toEqual({ redriven: 1, failed: 1, skipped: 1 });
      await answered(admin.get(`/orders/${first.order_uid}`), 200);
    });

    it('are discarded with a reason, and then closed', async () => {
      const id = await deadLetter(`"${randomUUID()}"`);
      const path = `/orders/dead-letters/${id}/discard`;
      expect((await answered(admin.post(path, {}), 422)).body.errors).toMatchObject([{ pointer: '/reason' }]);
      const discarded = await answered(admin.post(path, { reason: 'A test' }), 200);
      expect(discarded.body).toMatchObject({ state: 'discarded', discard_reason: 'A test' });
      expect((await answered(admin.post(path, { reason: 'Again' }), 200)).text).toBe(discarded.text);
      await answered(admin.post(`/orders/dead-letters/${id}/redrive`), 409);
      expect(await actionsOn(id)).toEqual(['dead_letter.discarded']);
    });

    it('need the scope orders:redrive', async () => {
      const agent = api.as({ cookie: await signIn(api, await newStaff(admin, 'agent')) });
      await answered(agent.get('/orders'), 200);
      await answered(agent.get('/orders/dead-letters'), 403);
      await answered((await customer()).get('/orders/dead-letters'), 403);
    });
  });

  it('are rebuilt from the inbox by a job, which reports equal digests', async () => {
    const run = await answered(admin.post('/admin/jobs/replay-orders/run', { dry_run: true }), 202);
    expect(run.body).toMatchObject({ parameters: { dry_run: true }, trigger: 'manual' });
    const location = String(run.headers.location).replace('/api/v1', '');
    const { result } = await eventually(
      async () => {
        const { body } = await admin.get(location);
        return body.state === 'succeeded' && body;
      },
      { describe: 'the orders are replayed' },
    );
    expect(result).toMatchObject({ different: 0, restored: 0, rebuilt_digest: result.stored_digest });
    expect(result.orders).toBeGreaterThan(5);
    const refused = await answered(admin.post('/admin/jobs/sweep-registrations/run', { dry_run: true }), 422);
    expect(refused.body.errors).toMatchObject([{ pointer: '/dry_run', code: 'unknown_field' }]);
    const jobs = (await answered(admin.get('/admin/jobs'), 200)).body.items as { name: string }[];
    expect(jobs.find(({ name }) => name === 'replay-orders')).toMatchObject({
      ...{ cron: null, next_run_at: null, parameters: ['from', 'to', 'dry_run'] },
    });
  });

  const actionsOn = async (id: string): Promise<string[]> => {
    const query = { target_kind: 'dead_letter', target_id: id };
    const { body } = await answered(admin.get('/admin/audit-log', { query }), 200);
    return body.items.map(({ action }: { action: string }) => action).toReversed();
  };
});
