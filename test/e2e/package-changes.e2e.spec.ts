import { aPackage, registered } from '../support/a-package';
import { answered } from '../support/answered';
import { type Api } from '../support/api';
import { newCustomer } from '../support/callers';
import { serve } from '../support/cbr-upstream';
import { eventually } from '../support/poll';
import { newKey, newSignedIn, newStaff, signIn } from '../support/staff';
import { useServer } from '../support/use-server';

const DAY_MS = 86_400_000;
const limits = { LIMIT_PRINCIPAL_PER_MINUTE: '100000', LIMIT_ADDRESS_PER_MINUTE: '100000' };
const moscowDay = (ago = 0): string =>
  new Date(Date.now() + 3 * 3_600_000 - ago * DAY_MS).toISOString().slice(0, 10);

describe('a package', () => {
  const { database, api, admin, upstream } = useServer({ rates: 'scripted', env: limits });
  let customer: Api;
  let operator: Api;
  let operatorEmail: string;

  beforeAll(async () => {
    customer = await newCustomer(api);
    const user = await newStaff(admin, 'operator');
    operatorEmail = user.email;
    operator = api.as({ cookie: await signIn(api, user) });
  });

  /** Registers a package that has a cost. */
  async function priced(who = customer, body: object = aPackage()): Promise<number> {
    const id = await registered(who, body);
    await eventually(async () => (await who.get(`/packages/${id}`)).body.cost !== null, {
      describe: `package ${id} has a cost`,
    });
    return id;
  }
  const claim = (id: number, carrierId: unknown, who = operator) =>
    who.post(`/packages/${id}/claim`, { carrier_id: carrierId });
  const tagOf = async (path: string) => String((await answered(customer.get(path), 200)).headers.etag);
  const kindsOf = async (id: number) =>
    (await customer.get(`/packages/${id}/events`)).body.items.map(({ kind }: { kind: string }) => kind);

  describe('that is claimed', () => {
    it('shows its carrier; the same carrier gets the same reply, another one the name of the first', async () => {
      const id = await priced();
      const path = `/packages/${id}`;
      const before = await tagOf(path);
      expect((await customer.get(path)).body).toMatchObject({ status: 'registered', carrier_id: null });
      const first = await answered(claim(id, 7), 200);
      expect(first.body).toMatchObject({ id, status: 'claimed', carrier_id: 7, cancelled_at: null });
      expect(first.headers.etag).toBe(await tagOf(path));
      expect(first.headers.etag).not.toBe(before);
      expect((await answered(claim(id, 7), 200)).body).toEqual(first.body);
      const { body } = await answered(claim(id, 8), 409);
      expect(body).toMatchObject({
        code: 'package_already_claimed',
        carrier_id: 7,
        detail: 'Carrier 7 has claimed this package.',
      });
      expect((await answered(customer.get(path), 200)).body).toEqual(first.body);
      const refused = await answered(customer.post(`${path}/cancel`), 409);
      expect(refused.body).toMatchObject({ code: 'package_already_claimed', carrier_id: 7 });
      expect(await kindsOf(id)).toEqual(['claimed', 'priced', 'registered']);
    });

    it('has one winner of many concurrent claims, with and without idempotency keys', async () => {
      const ids = await Promise.all(Array.from({ length: 4 }, () => registered(customer)));
      const claims = ids.flatMap((id) => Array.from({ length: 12 }, (_, n) => ({ id, carrierId: n + 1 })));
      const replies = await Promise.all(
        claims.map(({ id, carrierId }) => {
          const headers: Record<string, string> =
            carrierId % 2 === 0 ? { 'Idempotency-Key': `${id}-${carrierId}` } : {};
          return operator.post(`/packages/${id}/claim`, { carrier_id: carrierId }, { headers });
        }),
      );
      for (const id of ids) {
        const winner = (await customer.get(`/packages/${id}`)).body.carrier_id as number;
        for (const [n, { carrierId }] of claims.entries()) {
          if (claims[n]!.id !== id) continue;
          const { status, body } = replies[n]!;
          expect([status, body.code, body.carrier_id]).toEqual(
            carrierId === winner ? [200, undefined, winner] : [409, 'package_already_claimed', winner],
          );
        }
      }
    });

    it.each([0, -1, 1.5, 2_147_483_648, '7', true, null])('refuses the carrier %j', async (carrierId) => {
      const { body } = await answered(claim(1, carrierId), 422);
      expect(body.errors).toEqual([expect.objectContaining({ pointer: '/carrier_id' })]);
    });

    it('refuses a body without a carrier or with other fields, and an unknown package', async () => {
      const without = await answered(operator.post('/packages/1/claim', {}), 422);
      expect(without.body.errors).toEqual([
        { code: 'required', detail: expect.any(String), pointer: '/carrier_id' },
      ]);
      const other = await answered(operator.post('/packages/1/claim', { carrier_id: 7, force: true }), 422);
      expect(other.body.errors).toEqual([
        expect.objectContaining({ code: 'unknown_field', pointer: '/force' }),
      ]);
      for (const id of ['999999', '0', 'x', '99999999999'])
        expect(
          (await answered(operator.post(`/packages/${id}/claim`, { carrier_id: 7 }), 404)).body.code,
        ).toBe('package_not_found');
    });

    it('answers 412 to an outdated If-Match, and claims with the present one', async () => {
      const id = await priced();
      const claimWith = (tag: string) =>
        operator.post(`/packages/${id}/claim`, { carrier_id: 7 }, { headers: { 'If-Match': tag } });
      await answered(claimWith('"x"'), 412);
      await answered(claimWith(await tagOf(`/packages/${id}`)), 200);
    });
  });

  describe('that is cancelled', () => {
    it('stays so: a repeat gets the same reply, a claim and a repricing are refused', async () => {
      const id = await priced();
      const first = await answered(customer.post(`/packages/${id}/cancel`), 200);
      expect(first.body).toMatchObject({ id, status: 'cancelled', carrier_id: null, claimed_at: null });
      expect((await answered(customer.post(`/packages/${id}/cancel`), 200)).body).toEqual(first.body);
      expect((await answered(claim(id, 7), 409)).body.code).toBe('package_cancelled');
      const reprice = await answered(operator.post(`/packages/${id}/reprice`), 409);
      expect(reprice.body.code).toBe('package_cancelled');
      expect(await kindsOf(id)).toEqual(['cancelled', 'priced', 'registered']);
    });

    it('belongs to the caller, or the caller may manage packages', async () => {
      const id = await priced();
      const cancel = (who: Api) => who.post(`/packages/${id}/cancel`);
      expect((await answered(cancel(await newCustomer(api)), 404)).body.code).toBe('package_not_found');
      const agent = await newSignedIn(api, admin, 'agent');
      expect((await answered(cancel(agent), 403)).body.code).toBe('package_of_another_owner');
      const own = await priced(agent);
      await answered(agent.post(`/packages/${own}/cancel`), 200);
      await answered(cancel(operator), 200);
      expect((await answered(customer.post(`/packages/999999/cancel`), 404)).body.code).toBe(
        'package_not_found',
      );
      const { body } = await answered(customer.post(`/packages/${id}/cancel`, { reason: 'none' }), 422);
      expect(body.errors).toEqual([expect.objectContaining({ pointer: '/reason' })]);
    });

    it('is not priced any more', async () => {
      const id = await registered(customer, aPackage({ name: 'Never priced' }));
      await answered(customer.post(`/packages/${id}/cancel`), 200);
      await database.query(
        `UPDATE packages SET delivery_cost = NULL, unpriced_reason = 'rate_unavailable' WHERE id = $1`,
        [id],
      );
      const { headers } = await answered(admin.post('/admin/jobs/price-pending/run'), 202);
      await eventually(async () => (await admin.get(String(headers.location))).body.state === 'succeeded', {
        describe: 'the job has run',
      });
      expect((await customer.get(`/packages/${id}`)).body.cost).toBeNull();
    });
  });

  describe('in lists', () => {
    it('is found by its status', async () => {
      const who = await newCustomer(api);
      const ids = [await registered(who), await registered(who), await registered(who)];
      await answered(claim(ids[1]!, 7), 200);
      await answered(who.post(`/packages/${ids[2]}/cancel`), 200);
      const listed = async (reader: Api, status: string) =>
        (await answered(reader.get('/packages', { query: { status, limit: 200 } }), 200)).body.items.map(
          (one: { id: number }) => one.id,
        );
      for (const [n, status] of ['registered', 'claimed', 'cancelled'].entries()) {
        expect(await listed(who, status)).toEqual([ids[n]]);
        expect(await listed(operator, status)).toContain(ids[n]);
      }
      const { body } = await answered(who.get('/packages', { query: { status: 'lost' } }), 400);
      expect(body.errors).toEqual([expect.objectContaining({ parameter: 'status' })]);
    });
  });

  describe('and its events', () => {
    it('name who did what to staff; a customer sees only the kinds of actors', async () => {
      const { id: keyId, key } = await newKey(admin, ['packages:claim']);
      const id = await priced();
      await answered(operator.post(`/packages/${id}/reprice`), 200);
      await answered(claim(id, 7, api.as({ key })), 200);
      const actorsFor = async (who: Api) =>
        (await answered(who.get(`/packages/${id}/events`), 200)).body.items.map(
          ({ kind, actor }: { kind: string; actor: object }) => [kind, actor],
        );
      const nobody = { id: null, user_id: null, email: null, key_name: null };
      expect(await actorsFor(operator)).toEqual([
        ['claimed', { ...nobody, kind: 'api_key', id: keyId, key_name: 'A test' }],
        [
          'repriced',
          {
            ...nobody,
            kind: 'staff',
            id: expect.any(String),
            user_id: expect.any(String),
            email: operatorEmail,
          },
        ],
        ['priced', { ...nobody, kind: 'system' }],
        ['registered', { ...nobody, kind: 'customer' }],
      ]);
      expect(await actorsFor(customer)).toEqual(
        [
          ['claimed', 'api_key'],
          ['repriced', 'staff'],
          ['priced', 'system'],
          ['registered', 'customer'],
        ].map(([event, kind]) => [event, { ...nobody, kind }]),
      );
      const { text } = await answered(customer.get(`/packages/${id}/cost/revisions`), 200);
      expect(text).not.toContain(operatorEmail);
      const { body } = await answered(operator.get(`/packages/${id}/cost/revisions`), 200);
      expect(body.items.map(({ actor }: { actor: { email: string } }) => actor.email)).toEqual([
        operatorEmail,
        null,
      ]);
    });

    it('come in pages, and belong to those who may read the package', async () => {
      const id = await priced();
      await answered(claim(id, 7), 200);
      for (const [list, count] of [
        ['events', 3],
        ['cost/revisions', 1],
      ] as const) {
        const path = `/packages/${id}/${list}`;
        const seen: object[] = [];
        let cursor: string | null = null;
        do {
          const query: Record<string, string | number> = { limit: 1, ...(cursor !== null && { cursor }) };
          const { body } = await answered(customer.get(path, { query }), 200);
          seen.push(...body.items);
          cursor = body.next_cursor as string | null;
        } while (cursor !== null);
        expect(seen).toEqual((await customer.get(path)).body.items);
        expect(seen).toHaveLength(count);
        const stranger = await newCustomer(api);
        expect((await answered(stranger.get(path), 404)).body.code).toBe('package_not_found');
        const { body } = await answered(customer.get(path, { query: { limit: 0 } }), 400);
        expect(body.errors).toEqual([expect.objectContaining({ parameter: 'limit' })]);
      }
    });

    it('are in the audit log when staff or keys cause them', async () => {
      const id = await priced();
      await answered(operator.post(`/packages/${id}/reprice`), 200);
      await answered(claim(id, 7), 200);
      await answered(claim(id, 7), 200);
      const mine = await priced();
      await answered(customer.post(`/packages/${mine}/cancel`), 200);
      const theirs = await priced();
      await answered(operator.post(`/packages/${theirs}/cancel`), 200);
      const entriesOf = async (target: number) =>
        (
          await answered(
            admin.get('/admin/audit-log', { query: { target_kind: 'package', target_id: String(target) } }),
            200,
          )
        ).body.items.map(({ action, changes }: { action: string; changes: object[] }) => [action, changes]);
      expect(await entriesOf(id)).toEqual([
        ['package.claimed', [{ field: 'carrier_id', from: null, to: 7 }]],
        ['package.repriced', [{ field: 'cost', from: '72.24', to: '72.24' }]],
      ]);
      expect(await entriesOf(mine)).toEqual([]);
      expect(await entriesOf(theirs)).toEqual([['package.cancelled', []]]);
    });

    it('happen once per idempotency key', async () => {
      const id = await priced();
      for (const [path, body] of [
        [`/packages/${id}/reprice`, undefined],
        [`/packages/${id}/claim`, { carrier_id: 7 }],
      ] as const) {
        const headers = { 'Idempotency-Key': path };
        const first = await answered(operator.post(path, body, { headers }), 200);
        const again = await answered(operator.post(path, body, { headers }), 200);
        expect([again.body, again.headers.etag]).toEqual([first.body, first.headers.etag]);
        expect(again.headers['idempotent-replayed']).toBe('true');
      }
      const cancelled = await priced();
      const headers = { 'Idempotency-Key': 'cancel' };
      for (let count = 0; count < 2; count++)
        await answered(customer.post(`/packages/${cancelled}/cancel`, undefined, { headers }), 200);
      expect(await kindsOf(id)).toEqual(['claimed', 'repriced', 'priced', 'registered']);
      expect(await kindsOf(cancelled)).toEqual(['cancelled', 'priced', 'registered']);
    });
  });

  describe('that is repriced', () => {
    // A package of an earlier day, whose rates are not stored, priced at an older rate.
    async function pricedAt(rate: string, ago: number): Promise<number> {
      const id = await priced();
      await database.query(`UPDATE packages SET created_at = now() - $2 * interval '1 day' WHERE id = $1`, [
        id,
        ago,
      ]);
      await database.query(
        `UPDATE package_events SET pricing = jsonb_set(pricing, '{rates,0,value}', to_jsonb($2::text)) WHERE package_id = $1 AND kind = 'priced'`,
        [id, rate],
      );
      return id;
    }
    const costOf = async (id: number) => (await answered(customer.get(`/packages/${id}/cost`), 200)).body;
    const reprice = (id: number) => operator.post(`/packages/${id}/reprice`);

    it('gets a revision at the rate of its own day; a new rate alone changes nothing', async () => {
      const id = await pricedAt('99', 20);
      const before = await costOf(id);
      const tag = await tagOf(`/packages/${id}/cost`);
      const { headers } = await answered(admin.post('/admin/rates/refresh'), 202);
      await eventually(async () => (await admin.get(String(headers.location))).body.state === 'succeeded', {
        describe: 'rates are stored',
      });
      await database.query(
        `INSERT INTO rate_lists (effective_date, source, document_sha256) VALUES ($1, 'cbr-xml', repeat('a', 64))`,
        [moscowDay(20)],
      );
      await database.query(`INSERT INTO currency_rates VALUES ('USD', $1, 100, 1)`, [moscowDay(20)]);
      await database.query(`INSERT INTO rate_days VALUES ($1, $1)`, [moscowDay(20)]);
      expect(await costOf(id)).toEqual(before);

      const { body, headers: replied } = await answered(reprice(id), 200);
      // 0.5 × 1.5 × 100 + 0.01 × 10.99 × 100
      expect(body).toMatchObject({
        package_id: id,
        revision: 2,
        cost: { amount: '85.99' },
        unrounded: '85.99',
      });
      expect(body.rates).toEqual([
        expect.objectContaining({ value: '100', effective_date: moscowDay(20), carried_over: false }),
      ]);
      expect(replied.etag).toBe(await tagOf(`/packages/${id}/cost`));
      expect(replied.etag).not.toBe(tag);
      expect(await costOf(id)).toEqual(body);
      expect((await customer.get(`/packages/${id}`)).body.cost).toEqual({ amount: '85.99', currency: 'RUB' });

      await answered(reprice(id), 200);
      const { items } = (await customer.get(`/packages/${id}/cost/revisions`)).body;
      type Revision = { revision: number; cost: { amount: string }; rates: { value: string }[] };
      const shown = (items as Revision[]).map(({ revision, cost, rates }) => [
        revision,
        cost.amount,
        rates[0]?.value,
      ]);
      expect(shown).toEqual([
        [3, '85.99', '100'],
        [2, '85.99', '100'],
        [1, '72.24', '99'],
      ]);
    });

    it('asks the bank for the rates of a day that are not stored, also with an idempotency key', async () => {
      for (const [ago, headers] of [
        [30, {}],
        [31, { 'Idempotency-Key': 'reprice' }],
      ] as const) {
        const id = await pricedAt('99', ago);
        const { body } = await answered(
          operator.post(`/packages/${id}/reprice`, undefined, { headers }),
          200,
        );
        expect([body.cost.amount, body.rates[0].effective_date]).toEqual(['72.24', moscowDay(ago)]);
      }
    });

    it('keeps its cost if the rates of its day cannot be had', async () => {
      const [late, odd] = [await pricedAt('99', 90), await pricedAt('99', 20)];
      await database.query(`UPDATE packages SET content_currency = 'XDR' WHERE id = $1`, [odd]);
      upstream.respondWith('both', serve('<html>Closed for maintenance</html>'));
      const { body, headers } = await answered(reprice(late), 503);
      expect([body.code, headers['retry-after']]).toEqual(['rate_unavailable', '60']);
      expect(body.detail).toContain(moscowDay(90));
      const refused = await answered(reprice(odd), 409);
      expect(refused.body.code).toBe('currency_not_quoted');
      expect(refused.body.detail).toContain('XDR');
      upstream.respondWith('both');
      for (const id of [late, odd])
        expect(await costOf(id)).toMatchObject({ revision: 1, cost: { amount: '72.24' } });
    });

    it('exists, and is repriced by staff', async () => {
      expect((await answered(reprice(999_999), 404)).body.code).toBe('package_not_found');
      expect((await answered(operator.post('/packages/1/reprice', { rate: '1' }), 422)).body.errors).toEqual([
        expect.objectContaining({ pointer: '/rate' }),
      ]);
      await answered(customer.post('/packages/1/reprice'), 403);
    });
  });

  describe('in the daily statistics', () => {
    const stats = (query: Record<string, string>) => operator.get('/packages/stats/daily', { query });
    const of = async (day: string) => (await answered(stats({ from: day, to: day }), 200)).body.items;

    it('counts with its current cost on its day of registration until it is cancelled', async () => {
      // 20:59:59 UTC is the last second of a day in Moscow.
      await database.query(
        `INSERT INTO packages (registration_id, owner_id, name, weight_kg, content_amount, content_currency, type_id, created_at, delivery_cost, unpriced_reason)
         SELECT gen_random_uuid(), gen_random_uuid(), 'x', 1, 1, 'USD', 3, time::timestamptz, cost, CASE WHEN cost IS NULL THEN 'rate_unavailable' END
         FROM (VALUES ('2024-02-28T20:59:59.999Z', 1.01), ('2024-02-28T21:00:00Z', 2.02), ('2024-02-29T12:00:00Z', NULL)) AS p (time, cost)`,
      );
      const type = { id: 3, name: 'misc' };
      const row = (day: string, packages: number, count: number, amount: string) => ({
        ...{ day, type, packages, priced: count },
        cost: { amount, currency: 'RUB' },
      });
      const { body } = await answered(stats({ from: '2024-02-01', to: '2024-02-29' }), 200);
      expect(body).toEqual({
        ...{ from: '2024-02-01', to: '2024-02-29' },
        items: [row('2024-02-29', 2, 1, '2.02'), row('2024-02-28', 1, 1, '1.01')],
      });
      const [{ id }] = (await database.rows<{ id: number }>(
        `SELECT id FROM packages WHERE delivery_cost = 2.02`,
      )) as [{ id: number }];
      await answered(operator.post(`/packages/${id}/cancel`), 200);
      expect(await of('2024-02-29')).toEqual([row('2024-02-29', 1, 0, '0.00')]);
      const [other] = await database.rows<{ id: number }>(
        `SELECT id FROM packages WHERE delivery_cost = 1.01`,
      );
      await answered(operator.post(`/packages/${other!.id}/cancel`), 200);
      expect(await of('2024-02-28')).toEqual([]);
    });

    it('shows the last 30 days by default', async () => {
      await registered(customer);
      const { body } = await answered(stats({}), 200);
      expect([body.from, body.to]).toEqual([moscowDay(29), moscowDay()]);
      expect(body.items[0].day).toBe(moscowDay());
    });

    it.each<[Record<string, string>, string, string]>([
      [{ from: '2026-02-29' }, 'from', 'is_day'],
      [{ to: 'today' }, 'to', 'is_day'],
      [{ to: '2026-1-1' }, 'to', 'is_day'],
      [{ from: '0000-01-01' }, 'from', 'is_day'],
      [{ from: '2026-03-02', to: '2026-03-01' }, 'from', 'after_to'],
      [{ from: '9999-12-31' }, 'from', 'after_to'],
      [{ from: '2025-01-01', to: '2026-01-02' }, 'from', 'range_too_long'],
      [{ day: '2026-01-01' }, 'day', 'unknown_parameter'],
    ])('refuses the range %j', async (query, parameter, code) => {
      const { body } = await answered(stats(query), 400);
      expect(body.errors).toEqual([{ code, detail: expect.any(String), parameter }]);
    });

    it('has at most 366 days', async () => {
      await answered(stats({ from: '2025-01-01', to: '2026-01-01' }), 200);
    });
  });
});
