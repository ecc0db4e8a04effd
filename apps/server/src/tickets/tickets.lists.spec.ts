import { randomUUID } from 'node:crypto';
import { RequestContext } from '@waybill/core';
import { describeOnEachPostgres } from '../../../../test/support/database';
import { aTicket, customer, staff, useTicketServices } from '../../../../test/support/ticket-services';
import type { ListTicketsQuery } from './tickets.dto';

describeOnEachPostgres('lists of tickets', (on) => {
  const { dataSource, service, queries } = useTicketServices({ on });
  const [anna, vera] = [customer(), staff()];

  beforeEach(() => dataSource.query('TRUNCATE tickets, ticket_comments, ticket_events'));

  const open = async (more = {}, who = anna): Promise<string> =>
    (await service.open(who(), aTicket(more))).id;
  const list = async (ctx: RequestContext, query: Partial<ListTicketsQuery> = {}): Promise<string[]> =>
    (await queries.list(ctx, { limit: 50, sort: 'created', ...query })).items.map(({ id }) => id);

  describe('search', () => {
    it.each([
      ['сапог', 'Где мои САПОГИ?'],
      ['Сапогами', 'нет сапога'],
      ['чёрный', 'черные сапоги'],
      ['черный', 'ЧЁРНЫЕ сапоги'],
      ['refund', 'Refunds, please'],
      ['REFUNDED', 'a refund'],
      ['refund сапог', 'Refunding my сапоги'],
      ['"два сапога"', 'пара: два сапога'],
      ['boots or shoes', 'the shoes'],
      ['AB-123', 'parcel AB-123 is late'],
    ])('finds %s in "%s", in the text and in a comment', async (q, text) => {
      const [inText, inSubject, inComment] = [
        await open({ text }),
        await open({ subject: text }),
        await open(),
      ];
      await service.comment(anna(), inComment, { text });
      await open();
      for (const who of [anna, vera])
        expect((await list(who(), { q })).toSorted()).toEqual([inText, inSubject, inComment].toSorted());
    });

    it.each(['!!', '& | !', '"', ':*', '()', 'the', 'и', "'", '\\', '-x or', '<->'])(
      'accepts any text: %s',
      async (q) => {
        await open({ text: 'boots' });
        for (const who of [anna, vera]) expect(Array.isArray(await list(who(), { q }))).toBe(true);
      },
    );

    it('finds edited texts by their new words only', async () => {
      const id = await open({ text: 'boots' });
      await service.edit(anna(), id, { text: 'shoes' });
      expect([await list(vera(), { q: 'boots' }), await list(vera(), { q: 'shoes' })]).toEqual([[], [id]]);
    });

    it('by a customer finds only their own tickets and public comments', async () => {
      const id = await open();
      await open({ text: 'zebra' }, customer());
      await service.comment(vera(), id, { text: 'zebra', visibility: 'internal' });
      expect(await list(anna(), { q: 'zebra' })).toEqual([]);
      expect(await list(vera(), { q: 'zebra' })).toHaveLength(2);
      await service.comment(vera(), id, { text: 'zebra' });
      expect(await list(anna(), { q: 'zebra' })).toEqual([id]);
    });

    it('stores the longest texts, with words longer than an index entry', async () => {
      const id = await open({ text: 'ж'.repeat(20_000) });
      await service.comment(anna(), id, { text: '📦'.repeat(20_000) });
      await service.comment(anna(), id, {
        text: Array.from({ length: 2_000 }, (_, n) => `word${n}`).join(' '),
      });
      expect(await list(anna(), { q: 'word1999' })).toEqual([id]);
    });
  });

  it('filter by each field', async () => {
    const plain = await open();
    const other = await open({ email: 'boris@example.com', order_uid: 'o-1' });
    const userId = randomUUID();
    await dataSource.query(
      `INSERT INTO users (id, email, role, password_hash, owner_id) VALUES ($1::uuid, $1::text, 'agent', 'x', $1::uuid)`,
      [userId],
    );
    await service.edit(vera(), other, { priority: 'high', tags: ['a', 'b'], assignee_id: userId });
    await service.transition(vera(), other, { to: 'answered' });
    for (const [query, expected] of [
      [{ email: 'boris@example.com' }, [other]],
      [{ order_uid: 'o-1' }, [other]],
      [{ status: 'answered' }, [other]],
      [{ status: 'open' }, [plain]],
      [{ priority: 'high' }, [other]],
      [{ priority: 'normal' }, [plain]],
      [{ tag: 'b' }, [other]],
      [{ tag: 'c' }, []],
      [{ assignee: userId }, [other]],
      [{ assignee: 'none' }, [plain]],
      [{ assignee: 'none', status: 'answered' }, []],
      [{ tag: 'a', status: 'answered', email: 'boris@example.com', q: 'package' }, [other]],
    ] as [Partial<ListTicketsQuery>, string[]][])
      expect([query, await list(vera(), query)]).toEqual([query, expected]);
  });

  it('filter by ranges that include their start and exclude their end', async () => {
    const id = await open();
    const created = (await queries.get(anna(), id)).created_at.getTime();
    await service.comment(anna(), id, { text: 'x' });
    const updated = (await queries.get(anna(), id)).updated_at.getTime();
    const at = (time: number) => new Date(time).toISOString();
    for (const [query, isFound] of [
      [{ created_from: at(created), created_to: at(created + 1) }, true],
      [{ created_from: at(created + 1) }, false],
      [{ created_to: at(created) }, false],
      [{ updated_from: at(updated), updated_to: at(updated + 1) }, true],
      [{ updated_from: at(updated + 1) }, false],
      [{ updated_to: at(updated) }, false],
    ] as [Partial<ListTicketsQuery>, boolean][])
      expect([query, await list(anna(), query)]).toEqual([query, isFound ? [id] : []]);
  });

  it('page by creation or by last change, with each ticket once', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) ids.push(await open());
    await service.comment(anna(), ids[2] as string, { text: 'x' });
    await service.comment(vera(), ids[4] as string, { text: 'x', visibility: 'internal' });
    const walk = async (who: () => RequestContext, sort: 'created' | 'updated') => {
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page = await queries.list(who(), { limit: 2, sort, ...(cursor && { cursor }) });
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.next_cursor;
      }
      return seen.map((id) => ids.indexOf(id));
    };
    expect(await walk(anna, 'created')).toEqual([6, 5, 4, 3, 2, 1, 0]);
    expect(await walk(anna, 'updated')).toEqual([2, 6, 5, 4, 3, 1, 0]);
    expect(await walk(vera, 'updated')).toEqual([4, 2, 6, 5, 3, 1, 0]);
  });

  it('refuse staff filters for customers, and cursors of other lists', async () => {
    await open();
    await open();
    for (const query of [{ assignee: 'none' }, { priority: 'low' as const }, { tag: 'a' }]) {
      const parameter = Object.keys(query)[0];
      await expect(list(anna(), query)).rejects.toMatchObject({
        extras: { errors: [{ code: 'staff_only', parameter }] },
      });
    }
    const { next_cursor } = await queries.list(anna(), { limit: 1, sort: 'created' });
    const cursor = next_cursor as string;
    for (const [ctx, query] of [
      [anna(), { sort: 'updated' as const }],
      [anna(), { status: 'open' as const }],
      [vera(), {}],
      [customer()(), {}],
    ] as const)
      await expect(list(ctx, { cursor, ...query })).rejects.toMatchObject({ code: 'bad_request' });
  });
});
