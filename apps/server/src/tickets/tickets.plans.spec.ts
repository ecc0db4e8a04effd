import { TransactionContext } from '@waybill/core';
import { maxRowsRead, nodesOf, type PlanNode } from '../../../../test/support/plans';
import { useTicketServices } from '../../../../test/support/ticket-services';
import type { Owners } from './tickets.caller';
import type { After, TicketFilters, TicketSort } from './tickets.lists';

const ROWS = 100_000;
const OWNERS = 500;
const OWNED = ROWS / OWNERS;

/** Tests the plans of lists for their values. Durations are not tested. */
describe('plans of lists of tickets', () => {
  const { dataSource, lists } = useTicketServices({ poolSize: 1 });
  let owner: string;
  let assignee: string;
  let middle: After;

  beforeAll(async () => {
    await dataSource.query(
      'CREATE TEMPORARY TABLE owners AS SELECT n, gen_random_uuid() AS id FROM generate_series(0, $1) n',
      [OWNERS - 1],
    );
    await dataSource.query(
      `INSERT INTO users (id, email, role, password_hash, owner_id) SELECT id, id::text, 'agent', 'x', id FROM owners WHERE n < 100`,
    );
    const rebuildIndexes = await dropIndexes();
    // 1 % are not closed, 1 % are urgent, 1 % have a tag, and each 1,000th has a rare word.
    await dataSource.query(
      `INSERT INTO tickets (id, owner_id, status, subject, text, email, order_uid, priority, tags, assignee_id,
         created_at, updated_at, public_updated_at, status_since, document)
       SELECT gen_random_uuid(), o.id, CASE WHEN g % 100 = 0 THEN 'open' ELSE 'closed' END, 's', 't',
         'user' || g % 10000 || '@example.com', 'order' || g % 50000, CASE WHEN g % 100 = 1 THEN 'urgent' ELSE 'normal' END,
         CASE WHEN g % 100 = 2 THEN '{lost}'::text[] ELSE '{}' END, a.id,
         at.t, at.t, at.t, at.t, CASE WHEN g % 1000 = 3 THEN 'rare common'::tsvector ELSE 'common'::tsvector END
       FROM generate_series(1, ${ROWS}) g
       CROSS JOIN LATERAL (SELECT now() - (${ROWS} - g) * interval '1 minute' AS t) at
       JOIN owners o ON o.n = g % ${OWNERS} LEFT JOIN owners a ON a.n = g % 1000 AND a.n < 100`,
    );
    await dataSource.query(
      `INSERT INTO ticket_comments (id, ticket_id, visibility, text, author, created_at, document)
       SELECT gen_random_uuid(), id, 'public', 'x', 'staff', created_at,
         CASE WHEN document @@ 'rare'::tsquery THEN 'uncommon'::tsvector ELSE 'common'::tsvector END
       FROM tickets WHERE email LIKE 'user%3@example.com'`,
    );
    await rebuildIndexes();
    await dataSource.query('ANALYZE tickets, ticket_comments');
    const [one] = await dataSource.query(
      `SELECT owner_id, created_at, id, (SELECT id FROM owners WHERE n = 7) AS assignee FROM tickets
       ORDER BY created_at OFFSET ${ROWS / 2} LIMIT 1`,
    );
    owner = one.owner_id;
    assignee = one.assignee;
    middle = [one.created_at.toISOString(), one.id];
  }, 60_000);

  // It is faster to build indexes than to update them for each row.
  async function dropIndexes(): Promise<() => Promise<void>> {
    const indexes: { name: string; definition: string }[] = await dataSource.query(
      `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
       WHERE tablename IN ('tickets', 'ticket_comments') AND indexname LIKE '%_idx'`,
    );
    for (const { name } of indexes) await dataSource.query(`DROP INDEX ${name}`);
    return async () => {
      for (const { definition } of indexes) await dataSource.query(definition);
    };
  }

  async function planOf(
    owners: Owners,
    filters: TicketFilters,
    sort: TicketSort,
    after?: After,
  ): Promise<PlanNode[]> {
    const page = { sort, after, count: 51 };
    const [sql, parameters] = lists
      .listing(new TransactionContext(), owners, filters, page)
      .getQueryAndParameters();
    const [{ 'QUERY PLAN': answer }] = await dataSource.query(
      `EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) ${sql}`,
      parameters,
    );
    return nodesOf((answer as { Plan: PlanNode }[])[0]!.Plan);
  }

  const all = (): Owners => 'all';
  const own = (): Owners => [owner];
  const months = new Date(Date.now() - 86_400_000 * 30);

  it.each<[string, () => Owners, () => TicketFilters, TicketSort, string, number]>([
    ['all', all, () => ({}), 'created', 'tickets_created_at_id_idx', 51],
    ['all', all, () => ({}), 'updated', 'tickets_updated_at_id_idx', 51],
    ['open', all, () => ({ status: 'open' }), 'created', 'tickets_status_created_at_id_idx', 51],
    ['open', all, () => ({ status: 'open' }), 'updated', 'tickets_status_updated_at_id_idx', 51],
    [
      'assigned',
      all,
      () => ({ assigneeId: assignee }),
      'updated',
      'tickets_assignee_id_updated_at_id_idx',
      110,
    ],
    ['urgent', all, () => ({ priority: 'urgent' }), 'updated', 'tickets_priority_updated_at_id_idx', 51],
    ['of an email address', all, () => ({ email: 'user5@example.com' }), 'created', 'tickets_email_idx', 20],
    ['of an order', all, () => ({ orderUid: 'order5' }), 'created', 'tickets_order_uid_idx', 5],
    ['with a rare word', all, () => ({ q: 'rare' }), 'updated', 'tickets_document_idx', 250],
    [
      'with a rare word in a comment',
      all,
      () => ({ q: 'uncommon' }),
      'updated',
      'ticket_comments_document_idx',
      250,
    ],
    ['a customer’s', own, () => ({}), 'created', 'tickets_owner_id_created_at_id_idx', 51],
    ['a customer’s', own, () => ({}), 'updated', 'tickets_owner_id_public_updated_at_id_idx', 51],
    [
      'a customer’s with a word',
      own,
      () => ({ q: 'common' }),
      'created',
      'tickets_owner_id_created_at_id_idx',
      OWNED + 1,
    ],
    ['a customer’s open', own, () => ({ status: 'open' }), 'created', 'tickets_', ROWS / 100],
  ])(
    'list tickets with an index, and read few other rows: %s (%#)',
    async (_, owners, filters, sort, index, rows) => {
      const nodes = await planOf(owners(), filters(), sort);
      assertCheap(nodes, index, rows);
    },
  );

  it.each<[string, () => TicketFilters]>([
    ['without a filter', () => ({})],
    ['by status', () => ({ status: 'closed' })],
    ['by time of creation', () => ({ createdFrom: months })],
  ])('start a page in the middle at its cursor, %s', async (_, filters) => {
    const from = filters();
    assertCheap(await planOf('all', from, 'created', from.createdFrom ? undefined : middle), '', 110);
  });

  it('read only the tagged tickets for a tag, in any sort order', async () => {
    assertCheap(await planOf('all', { tag: 'lost' }, 'created'), 'tickets_', ROWS / 10);
  });

  function assertCheap(nodes: PlanNode[], index: string, rows: number): void {
    const used = nodes.flatMap((node) => node['Index Name'] ?? []).join(' ');
    expect(used).toContain(index);
    const ran = nodes.filter((node) => node['Actual Loops'] > 0);
    expect(ran.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
    expect(maxRowsRead(nodes)).toBeLessThanOrEqual(rows);
  }
});
