import { useServer } from '../support/use-server';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Response } from 'supertest';
import { answered } from '../support/answered';
import { type Api } from '../support/api';
import { newCustomer } from '../support/callers';

interface Page {
  items: { id: number }[];
  next_cursor: string | null;
}

describe('lists', () => {
  const { database, api } = useServer();
  let customer: Api;
  let owner: string;

  beforeAll(async () => {
    customer = await newCustomer(api);
    const { body } = await customer.get('/sessions/current');
    const { rows } = await database.query<{ owner_id: string }>(
      'SELECT owner_id FROM sessions WHERE id = $1',
      [body.id],
    );
    owner = rows[0]!.owner_id;
  });
  beforeEach(() => database.query('DELETE FROM packages'));

  const insert = async (count: number, typeId: number, ownerId = owner): Promise<number[]> => {
    const { rows } = await database.query<{ id: number }>(
      `INSERT INTO packages (registration_id, owner_id, name, weight_kg, content_amount, content_currency, type_id,
         created_at, unpriced_reason)
       SELECT gen_random_uuid(), $2, 'x', 1, 1, 'USD', $3, now(), 'rate_unavailable' FROM generate_series(1, $1::int)
       RETURNING id`,
      [count, ownerId, typeId],
    );
    return rows.map(({ id }) => id);
  };
  const list = (query: string): Promise<Response> => customer.get(`/${query}`);

  /** Follows the Link of each page, and runs a callback between two pages. */
  async function* walk(query: string, between: () => Promise<void>): AsyncGenerator<Page> {
    let next: string | undefined = `/api/v1/${query}`;
    for (let pages = 0; next !== undefined; pages++) {
      if (pages > 100) throw new Error('This list has no end');
      const { body, headers }: Response = await answered(customer.get(next), 200);
      const page = body as Page;
      yield page;
      next = /^<([^>]+)>; rel="next"$/.exec(String(headers.link))?.[1];
      const linked = next === undefined ? null : new URL(next, api.url).searchParams.get('cursor');
      expect(linked).toBe(page.next_cursor);
      await between();
    }
  }

  it('show each remaining row exactly once, newest first, while rows are added and deleted', async () => {
    const step = fc.record({ come: fc.nat(4), go: fc.array(fc.nat(), { maxLength: 3 }) });
    const walks = fc.record({
      rows: fc.integer({ min: 0, max: 12 }),
      limit: fc.integer({ min: 1, max: 5 }),
      filtered: fc.boolean(),
      steps: fc.array(step, { maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(walks, async ({ rows, limit, filtered, steps }) => {
        await database.query('DELETE FROM packages');
        const old = new Set<number>();
        // Packages of another type and of another owner lie between the listed ones.
        for (let row = 0; row < rows; row++) {
          for (const id of await insert(1, 1)) old.add(id);
          const [beside] = await insert(1, 2);
          if (!filtered) old.add(beside as number);
          await insert(1, 1, randomUUID());
        }
        const changes = steps.values();
        const gone = new Set<number>();
        const change = async (): Promise<void> => {
          const { come, go } = changes.next().value ?? { come: 0, go: [] };
          await insert(come, 1);
          const going = go.map((pick) => [...old][pick % Math.max(old.size, 1)] ?? 0);
          await database.query('DELETE FROM packages WHERE id = ANY ($1)', [going]);
          for (const id of going) gone.add(id);
        };

        const seen: number[] = [];
        const query = `packages?limit=${limit}${filtered ? '&type_id=1&has_cost=false' : ''}`;
        for await (const { items } of walk(query, change)) {
          expect(items.length).toBeLessThanOrEqual(limit);
          seen.push(...items.map(({ id }) => id));
        }
        expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => b - a));
        expect(seen.filter((id) => old.has(id) && !gone.has(id))).toEqual(
          [...old].filter((id) => !gone.has(id)).toSorted((a, b) => b - a),
        );
        expect(seen.filter((id) => !old.has(id))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('have no cursor on a full last page', async () => {
    await insert(4, 1);
    const pages: Page[] = [];
    for await (const page of walk('packages?limit=2', () => Promise.resolve())) pages.push(page);
    expect(pages.map(({ items, next_cursor: next }) => [items.length, next === null])).toEqual([
      [2, false],
      [2, true],
    ]);
  });

  it('have the same envelope, short lists included', async () => {
    expect((await answered(list('packages'), 200)).body).toEqual({ items: [], next_cursor: null });
    const types: string[] = [];
    for await (const { items } of walk('types?limit=1', () => Promise.resolve()))
      types.push(...items.map((item) => (item as unknown as { name: string }).name));
    expect(types).toEqual(['clothes', 'electronics', 'misc']);
  });

  it('refuse a cursor of other filters or another list, or that was never issued', async () => {
    await insert(3, 1);
    const { body } = await answered(list('packages?limit=1&type_id=1'), 200);
    const cursor = String((body as Page).next_cursor);
    const asked: [string, string][] = [
      [`packages?limit=1&cursor=${cursor}`, 'cursor_of_other_filters'],
      [`packages?limit=1&type_id=2&cursor=${cursor}`, 'cursor_of_other_filters'],
      [`packages?limit=1&type_id=1&has_cost=false&cursor=${cursor}`, 'cursor_of_other_filters'],
      [`types?limit=1&cursor=${cursor}`, 'bad_cursor'],
      ['packages?cursor=nonsense', 'bad_cursor'],
      [`packages?type_id=1&cursor=${Buffer.from('["a","b","c"]').toString('base64url')}`, 'bad_cursor'],
    ];
    for (const [query, code] of asked) {
      const { status, body: problem } = await list(query);
      expect([query, status, problem.errors]).toEqual([
        query,
        400,
        [expect.objectContaining({ code, parameter: 'cursor' })],
      ]);
    }
    await answered(list(`packages?limit=2&type_id=1&cursor=${cursor}`), 200);
  });

  it.each(['0', '201', '-1', '1.5', '1e2', 'ten', '', '99999999999'])(
    'refuse the limit %j',
    async (limit) => {
      const { status, body } = await list(`packages?limit=${limit}`);
      expect([status, body.errors]).toEqual([400, [expect.objectContaining({ parameter: 'limit' })]]);
    },
  );

  it('have 50 items by default and at most 200', async () => {
    await insert(201, 1);
    expect(((await answered(list('packages'), 200)).body as Page).items).toHaveLength(50);
    expect(((await answered(list('packages?limit=200'), 200)).body as Page).items).toHaveLength(200);
  });
});
