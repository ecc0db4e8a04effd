import { useServer } from '../support/use-server';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { anItem } from '../support/an-item';
import { answered } from '../support/answered';
import { type Api } from '../support/api';
import { newCustomer } from '../support/callers';
import { newKey, newStaff, signIn } from '../support/staff';

const JOB = 'price-pending';

describe('the cursors of every list', () => {
  const { database, api, admin } = useServer();
  /** A caller who sees more than one row of each list. */
  let callers: Record<string, Api>;
  let packageId: number;
  let ticketId: string;

  beforeAll(async () => {
    const agent = await newStaff(admin, 'agent');
    await newStaff(admin, 'agent');
    await newKey(admin, ['jobs:run']);
    await signIn(api, agent);
    const staff = api.as({ cookie: await signIn(api, agent) });
    const customer = await newCustomer(api);
    await insertPackages(await ownerOf(customer), 3);
    packageId = await insertEvents();
    await insertRunsAndRates();
    for (const sku of ['A', 'B', 'C']) await answered(admin.put(`/catalog/items/${sku}`, anItem()), 201);
    await insertOrders();
    await importFiles();
    ticketId = await writeTickets(customer);
    callers = {
      '/api/v1/admin/audit-log': admin,
      '/api/v1/admin/jobs': admin,
      [`/api/v1/admin/jobs/${JOB}/runs`]: admin,
      '/api/v1/admin/rates': admin,
      '/api/v1/api-keys': admin,
      '/api/v1/catalog/items': customer,
      '/api/v1/catalog/imports': admin,
      '/api/v1/orders': admin,
      '/api/v1/orders/dead-letters': admin,
      '/api/v1/packages': customer,
      [`/api/v1/packages/${packageId}/cost/revisions`]: customer,
      [`/api/v1/packages/${packageId}/events`]: customer,
      '/api/v1/sessions': staff,
      '/api/v1/tickets': customer,
      [`/api/v1/tickets/${ticketId}/comments`]: customer,
      [`/api/v1/tickets/${ticketId}/history`]: customer,
      '/api/v1/types': admin,
      '/api/v1/users': admin,
    };
  });

  async function ownerOf(customer: Api): Promise<string> {
    const { body } = await customer.get('/sessions/current');
    const { rows } = await database.query<{ owner_id: string }>(
      'SELECT owner_id FROM sessions WHERE id = $1',
      [body.id],
    );
    return rows[0]!.owner_id;
  }
  const insertPackages = (owner: string, count: number) =>
    database.query(
      `INSERT INTO packages (registration_id, owner_id, name, weight_kg, content_amount, content_currency, type_id,
         created_at, unpriced_reason)
       SELECT gen_random_uuid(), $1, 'x', 1, 1, 'USD', 1, now(), 'rate_unavailable' FROM generate_series(1, $2::int)`,
      [owner, count],
    );
  /** @returns the ID of the package with these events */
  async function insertEvents(): Promise<number> {
    const { rows } = await database.query<{ id: number }>(
      `INSERT INTO package_events (package_id, kind, at, revision, cost, pricing)
       SELECT (SELECT min(id) FROM packages), 'repriced', now(), n, 1, '{"formulaVersion": 1, "rates": [], "unrounded": "1"}'
       FROM generate_series(1, 3) AS n RETURNING package_id AS id`,
    );
    return rows[0]!.id;
  }
  async function insertOrders(): Promise<void> {
    await database.query(
      `INSERT INTO orders (order_uid, position, source, customer_id, track_number, skus, placed_at)
       SELECT 'uid-' || n, n, 'stream', 'customer', 'track', '{sku}', now() FROM generate_series(1, 3) AS n`,
    );
    await database.query(
      `INSERT INTO order_dead_letters (id, digest, reason, detail, message, size)
       SELECT gen_random_uuid(), sha256(n::text::bytea), 'malformed_json', 'Invalid.', '{', 1
       FROM generate_series(1, 3) AS n`,
    );
  }
  async function importFiles(): Promise<void> {
    const file =
      'sku,name,brand,category,price_amount,price_currency,weight_kg,hs_code,attributes\nA,Boots,,,1,RUB,,,';
    for (let n = 0; n < 3; n++)
      await answered(admin.post('/catalog/imports', file, { headers: { 'Content-Type': 'text/csv' } }), 202);
  }
  /** @returns the ID of a ticket with comments */
  async function writeTickets(customer: Api): Promise<string> {
    const body = { subject: 'Lost', text: 'Where is it?', email: 'anna@example.com' };
    for (let n = 0; n < 2; n++) await answered(customer.post('/tickets', body), 201);
    const { id } = (await answered(customer.post('/tickets', body), 201)).body;
    for (const text of ['One', 'Two', 'Three'])
      await answered(customer.post(`/tickets/${id}/comments`, { text }), 201);
    return id;
  }
  async function insertRunsAndRates(): Promise<void> {
    for (const ago of [1, 2, 3]) {
      await database.query(
        `INSERT INTO job_runs (id, job, trigger, state, requested_at, started_at, finished_at, result)
         VALUES ($1, $2, 'manual', 'succeeded', now() - $3 * interval '1 hour', now(), now(), '{}')`,
        [randomUUID(), JOB, ago],
      );
      await database.query(
        `INSERT INTO rate_lists (effective_date, source, document_sha256)
         VALUES (current_date - 1000 - $1::int, 'cbr-xml', repeat('0', 64))`,
        [ago],
      );
    }
  }

  const pathOf = (path: string): string =>
    path
      .replace('{name}', JOB)
      .replace('tickets/{id}', `tickets/${ticketId}`)
      .replace('{id}', String(packageId));
  const lists = (): [string, Api][] => Object.entries(callers);
  async function cursorOf(path: string, caller: Api): Promise<string> {
    const { body } = await answered(caller.get(path, { query: { limit: 1 } }), 200);
    expect([path, typeof body.next_cursor]).toEqual([path, 'string']);
    return body.next_cursor as string;
  }
  const ask = async (path: string, caller: Api, cursor: string) =>
    (await caller.get(path, { query: { cursor } })).status;

  it('are tested for every list of the API', () => {
    const listed = Object.entries(api.document.paths)
      .filter(([, { get }]) =>
        get?.parameters?.some((parameter) => 'name' in parameter && parameter.name === 'cursor'),
      )
      .map(([path]) => pathOf(path));
    expect(listed.toSorted()).toEqual(Object.keys(callers).toSorted());
  });

  it('give 200 or 400 after any change to their text', async () => {
    for (const [path, caller] of lists()) {
      const cursor = await cursorOf(path, caller);
      expect([path, await ask(path, caller, cursor)]).toEqual([path, 200]);
      await fc.assert(
        fc.asyncProperty(mutations(cursor), async (changed) => {
          const { status, body } = await caller.get(path, { query: { cursor: changed } });
          const at = (body as { errors?: { parameter: string }[] }).errors?.map(({ parameter }) => parameter);
          expect([
            [200, undefined],
            [400, ['cursor']],
          ]).toContainEqual([status, at]);
        }),
        { numRuns: 100 },
      );
    }
  });

  it('are valid only for their own list and in one spelling', async () => {
    for (const [path, caller] of lists()) {
      const cursor = await cursorOf(path, caller);
      for (const more of ['!!', '=', '==', 'A', '.'])
        expect([path, more, await ask(path, caller, cursor + more)]).toEqual([path, more, 400]);
      for (const [other, reader] of lists())
        expect([path, other, await ask(other, reader, cursor)]).toEqual([
          path,
          other,
          other === path ? 200 : 400,
        ]);
    }
  });

  it('are valid for their owner only', async () => {
    const cursor = await cursorOf('/api/v1/packages', callers['/api/v1/packages']!);
    const other = await newCustomer(api);
    await insertPackages(await ownerOf(other), 2);
    expect(await ask('/api/v1/packages', other, cursor)).toBe(400);
    expect(await ask('/api/v1/packages', callers['/api/v1/users']!, cursor)).toBe(400);
    const sessions = await cursorOf('/api/v1/sessions', callers['/api/v1/sessions']!);
    expect(await ask('/api/v1/sessions', other, sessions)).toBe(400);
  });
});

/** Forged cursors: other keys, more or fewer keys, or other bytes. */
function mutations(cursor: string): fc.Arbitrary<string> {
  const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
  const write = (changed: unknown): string => Buffer.from(JSON.stringify(changed)).toString('base64url');
  const place = fc.nat(parts.length - 1);
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      '1',
      'foo 1',
      '',
      '\0',
      '\ud800',
      'infinity',
      'now',
      'NaN',
      'today',
      '-infinity',
    ),
    fc.constantFrom<unknown>('2026-02-31', '0000-01-01', '+010000-01-01', '10000-01-01', '-000001-01-01'),
    fc.constantFrom<unknown>(
      '2026-02-31T00:00:00.000Z',
      '0000-01-01T00:00:00.000Z',
      '2026-01-01T24:00:00.000Z',
    ),
    fc.constantFrom<unknown>(0, -1, 1.5, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e308, null, true, [], {}),
    fc.constantFrom<unknown>('00000000-0000-0000-0000-000000000000', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString().split('T', 1)[0]),
    fc.jsonValue(),
  );
  const bytes = fc.tuple(fc.nat(cursor.length - 1), fc.string({ unit: 'grapheme', maxLength: 3 }));
  return fc.oneof(
    fc.tuple(place, value).map(([at, other]) => write(parts.with(at, other))),
    fc.array(value, { maxLength: 3 }).map((more) => write([...parts, ...more])),
    fc.array(value, { maxLength: 4 }).map((keys) => write([...parts.slice(0, -1), ...keys])),
    place.map((count) => write(parts.slice(0, count))),
    fc.jsonValue().map(write),
    bytes.map(([at, other]) => cursor.slice(0, at) + other + cursor.slice(at + 1)),
    bytes.map(([at]) => cursor.slice(0, at)),
  );
}
