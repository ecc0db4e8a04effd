import { randomUUID } from 'node:crypto';
import { DomainError, RequestContext } from '@waybill/core';
import { register } from 'prom-client';
import {
  aTicket,
  AUTO_CLOSE_DAYS,
  customer,
  staff,
  useTicketServices,
} from '../../../../test/support/ticket-services';
import { statuses, type TicketStatus, transitions } from './ticket.entity';
import type { EditTicketDto } from './tickets.dto';

const { signal } = new AbortController();
/** The shortest path to each status. */
const wayTo: Record<TicketStatus, TicketStatus[]> = {
  open: [],
  answered: ['answered'],
  awaiting_reply: ['answered', 'awaiting_reply'],
  closed: ['closed'],
};

describe('tickets', () => {
  const { dataSource, service, queries, autoClose } = useTicketServices({ poolSize: 10 });
  const [anna, vera] = [customer(), staff()];

  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: DomainError) => error.code,
    );
  const ticketWith = async (status: TicketStatus, who = anna): Promise<string> => {
    const { id } = await service.open(who(), aTicket());
    for (const to of wayTo[status]) await service.transition(vera(), id, { to });
    return id;
  };
  const statusOf = async (id: string) => (await queries.get(vera(), id)).status;
  const historyOf = async (id: string, ctx: RequestContext = vera()) =>
    (await queries.history(ctx, id, { limit: 200 })).items;
  const auditOf = (id: string): Promise<{ action: string; changes: object }[]> =>
    dataSource.query('SELECT action, changes FROM audit_log WHERE target_id = $1 ORDER BY at, id', [id]);

  describe('the state machine', () => {
    const pairs = statuses.flatMap((from) => statuses.map((to) => [from, to] as const));
    const allowed = [
      'open answered',
      'open closed',
      'answered awaiting_reply',
      'answered closed',
      'awaiting_reply answered',
      'awaiting_reply closed',
    ];

    it.each(pairs)('from %s to %s, alone and with a comment', async (from, to) => {
      const isAllowed = allowed.includes(`${from} ${to}`);
      expect(transitions[from].includes(to)).toBe(isAllowed);
      const [alone, commented] = [await ticketWith(from), await ticketWith(from)];
      const before = await historyOf(alone);
      const outcomes = [
        await codeOf(service.transition(vera(), alone, { to })),
        await codeOf(service.comment(vera(), commented, { text: 'x', transition: to })),
      ];
      const refused = [
        'ticket_transition_not_allowed',
        from === 'closed' ? 'ticket_closed' : 'ticket_transition_not_allowed',
      ];
      expect(outcomes).toEqual(isAllowed ? ['done', 'done'] : refused);
      const after = isAllowed ? to : from;
      expect([await statusOf(alone), await statusOf(commented)]).toEqual([after, after]);
      expect(await historyOf(alone)).toHaveLength(before.length + (isAllowed ? 1 : 0));
      const { items } = await queries.comments(vera(), commented, { limit: 50 });
      expect(items.map(({ transition }) => transition)).toEqual(isAllowed ? [to] : []);
    });

    it('names the allowed transitions in a refusal', async () => {
      const id = await ticketWith('answered');
      const refusal = service.transition(vera(), id, { to: 'open' });
      await expect(refusal).rejects.toMatchObject({
        extras: { members: { ticket_status: 'answered', allowed: ['awaiting_reply', 'closed'] } },
      });
    });

    it('lets one of many concurrent transitions to the same status win', async () => {
      for (const [from, to] of [
        ['open', 'answered'],
        ['answered', 'closed'],
      ] as const) {
        const id = await ticketWith(from);
        const outcomes = await Promise.all(
          Array.from({ length: 40 }, () => codeOf(service.transition(vera(), id, { to }))),
        );
        expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
        expect(outcomes.filter((one) => one === 'ticket_transition_not_allowed')).toHaveLength(39);
        const made = (await historyOf(id)).filter(({ changes }) => changes[0]?.to === to);
        expect(made).toHaveLength(1);
      }
    });

    it('allows customers no transition except to close', async () => {
      for (const to of statuses.filter((one) => one !== 'closed')) {
        const id = await ticketWith('answered');
        expect(await codeOf(service.transition(anna(), id, { to }))).toBe('scope_missing');
        expect(await codeOf(service.comment(anna(), id, { text: 'x', transition: to }))).toBe(
          'scope_missing',
        );
        expect(await statusOf(id)).toBe('answered');
      }
      for (const from of ['open', 'answered', 'awaiting_reply'] as const) {
        const id = await ticketWith(from);
        expect(
          (await service.transition(anna(), id, { to: 'closed', comment: { text: 'Thanks' } })).status,
        ).toBe('closed');
      }
    });
  });

  describe('comments', () => {
    it('of the customer change the status of answered tickets to awaiting_reply, and of no others', async () => {
      for (const [from, to] of [
        ['open', 'open'],
        ['answered', 'awaiting_reply'],
        ['awaiting_reply', 'awaiting_reply'],
      ] as const) {
        const id = await ticketWith(from);
        const { transition } = await service.comment(anna(), id, { text: 'Really?' });
        expect([await statusOf(id), transition]).toEqual([to, from === to ? null : to]);
      }
    });

    it('of staff do not change the status unless requested', async () => {
      for (const from of ['open', 'answered', 'awaiting_reply'] as const) {
        const id = await ticketWith(from);
        await service.comment(vera(), id, { text: 'We are looking.' });
        expect(await statusOf(id)).toBe(from);
      }
    });

    it('are written with their transition or not at all', async () => {
      const id = await ticketWith('open');
      const before = await historyOf(id);
      const refused = { to: 'awaiting_reply', comment: { text: 'x' } } as const;
      expect(await codeOf(service.transition(vera(), id, refused))).toBe('ticket_transition_not_allowed');
      expect(await historyOf(id)).toEqual(before);
      expect((await queries.comments(vera(), id, { limit: 50 })).items).toEqual([]);
      await service.transition(vera(), id, { to: 'answered', comment: { text: 'x' } });
      const [, commented, transitioned] = await historyOf(id);
      expect([commented?.type, transitioned?.type]).toEqual(['commented', 'transitioned']);
      expect(commented?.at).toEqual(transitioned?.at);
    });

    it('of customers are always public', async () => {
      const id = await ticketWith('open');
      const internal = { text: 'x', visibility: 'internal' } as const;
      expect(await codeOf(service.comment(anna(), id, internal))).toBe('scope_missing');
      expect(await codeOf(service.transition(anna(), id, { to: 'closed', comment: internal }))).toBe(
        'scope_missing',
      );
      expect(await historyOf(id)).toHaveLength(1);
    });
  });

  it('are visible to their customer only', async () => {
    const id = await ticketWith('closed');
    const boris = customer();
    const works = [
      () => queries.get(boris(), id),
      () => queries.comments(boris(), id, { limit: 1 }),
      () => queries.history(boris(), id, { limit: 1 }),
      () => service.edit(boris(), id, {}),
      () => service.comment(boris(), id, { text: 'x' }),
      () => service.transition(boris(), id, { to: 'closed' }),
      () => service.followUp(boris(), id, { text: 'x' }),
    ];
    for (const work of works) expect(await codeOf(work())).toBe('ticket_not_found');
  });

  describe('closed tickets', () => {
    it('accept no change', async () => {
      const id = await ticketWith('closed');
      const before = [await queries.get(vera(), id), await historyOf(id)];
      for (const who of [anna, vera]) {
        expect(await codeOf(service.comment(who(), id, { text: 'x' }))).toBe('ticket_closed');
        expect(await codeOf(service.edit(who(), id, { subject: 'x' }))).toBe('ticket_closed');
        expect(await codeOf(service.transition(who(), id, { to: 'closed' }))).toBe(
          'ticket_transition_not_allowed',
        );
      }
      expect(await codeOf(service.edit(vera(), id, { priority: 'low', tags: ['a'] }))).toBe('ticket_closed');
      expect([await queries.get(vera(), id), await historyOf(id)]).toEqual(before);
    });

    it('accept no change from requests that are concurrent with the close', async () => {
      const id = await ticketWith('answered');
      const race = [
        ...Array.from({ length: 10 }, () => service.comment(vera(), id, { text: 'x' })),
        service.transition(anna(), id, { to: 'closed' }),
        ...Array.from({ length: 10 }, (_, n) => service.edit(vera(), id, { tags: [`t${n}`] })),
      ];
      await Promise.all(race.map((work) => codeOf(work)));
      expect((await historyOf(id)).at(-1)?.changes).toEqual([
        { field: 'status', from: 'answered', to: 'closed' },
      ]);
    });

    it('have one follow-up, linked both ways, even if several callers request one', async () => {
      const id = await ticketWith('closed');
      const before = await historyOf(id);
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () => codeOf(service.followUp(anna(), id, { text: 'Again' }))),
      );
      expect(outcomes.toSorted()).toEqual([
        'done',
        ...Array.from({ length: 9 }, () => 'ticket_follow_up_exists'),
      ]);
      const closed = await queries.get(anna(), id);
      const followUp = await queries.get(anna(), closed.follow_up_id as string);
      expect(followUp).toMatchObject({
        status: 'open',
        follow_up_of_id: id,
        subject: closed.subject,
        text: 'Again',
        email: closed.email,
      });
      expect(await historyOf(id)).toEqual(before);
      expect(await codeOf(service.followUp(anna(), followUp.id, { text: 'x' }))).toBe('ticket_not_closed');
    });

    it('have follow-ups that the customer owns, even if staff open them', async () => {
      const id = await ticketWith('closed');
      const opened = await service.followUp(vera(), id, { text: 'We found it.', subject: 'Found' });
      expect(await queries.get(anna(), opened.id)).toMatchObject({ subject: 'Found', text: 'We found it.' });
    });
  });

  describe('edits', () => {
    it('by customers change the subject and the text while the ticket is open', async () => {
      const id = await ticketWith('open');
      expect(await service.edit(anna(), id, { subject: 'New', text: 'Newer' })).toMatchObject({
        subject: 'New',
        text: 'Newer',
      });
      for (const from of ['answered', 'awaiting_reply'] as const)
        expect(await codeOf(service.edit(anna(), await ticketWith(from), { subject: 'x' }))).toBe(
          'ticket_answered',
        );
      const edits: EditTicketDto[] = [{ priority: 'low' }, { tags: [] }, { assignee_id: null }];
      for (const edit of edits) expect(await codeOf(service.edit(anna(), id, edit))).toBe('scope_missing');
    });

    it('by staff change every field, as a public and an internal event', async () => {
      const id = await ticketWith('awaiting_reply');
      const userId = await newUser();
      const edit = {
        subject: 'New',
        text: 'Newer',
        priority: 'high',
        tags: ['a', 'b'],
        assignee_id: userId,
      } as const;
      const { assignee, ...edited } = await service.edit(vera(), id, { ...edit, tags: [...edit.tags] });
      expect(edited).toMatchObject({ subject: 'New', text: 'Newer', priority: 'high', tags: ['a', 'b'] });
      expect(assignee).toEqual({ id: userId, email: `${userId}@example.com` });
      const [seen, internal] = (await historyOf(id)).slice(-2);
      expect(seen?.changes.map(({ field }) => field)).toEqual(['subject', 'text']);
      expect(internal?.changes).toEqual([
        { field: 'priority', from: 'normal', to: 'high' },
        { field: 'tags', from: [], to: ['a', 'b'] },
        { field: 'assignee_id', from: null, to: userId },
      ]);
      expect((await service.edit(vera(), id, { assignee_id: null })).assignee).toBeNull();
    });

    it('without a change record nothing', async () => {
      const id = await ticketWith('open');
      const before = await queries.get(vera(), id);
      expect(
        await service.edit(vera(), id, { subject: before.subject, tags: [], priority: 'normal' }),
      ).toEqual(before);
      expect(await historyOf(id)).toHaveLength(1);
    });

    it('need an If-Match', async () => {
      const id = await ticketWith('open');
      const ctx = anna();
      ctx.preconditions = {};
      expect(await codeOf(service.edit(ctx, id, { subject: 'x' }))).toBe('precondition_required');
    });
  });

  describe('the audit log', () => {
    it('records the changes of staff without texts, and no changes of customers', async () => {
      const id = await ticketWith('open');
      await service.comment(anna(), id, { text: 'private words' });
      expect(await auditOf(id)).toEqual([]);
      await service.comment(vera(), id, { text: 'private words', visibility: 'internal' });
      await service.edit(vera(), id, { subject: 'private words', text: 'private words', tags: ['lost'] });
      await service.transition(vera(), id, { to: 'answered', comment: { text: 'private words' } });
      const entries = await auditOf(id);
      expect(entries.map(({ action }) => action)).toEqual([
        'ticket.commented',
        'ticket.edited',
        'ticket.commented',
        'ticket.transitioned',
      ]);
      expect(entries[1]?.changes).toEqual({ fields: ['subject', 'text'], tags: { from: [], to: ['lost'] } });
      expect(JSON.stringify(entries)).not.toContain('private words');
    });

    it('has no entry for a change that was rolled back', async () => {
      const id = await ticketWith('open');
      await codeOf(service.transition(vera(), id, { to: 'awaiting_reply', comment: { text: 'x' } }));
      expect(await auditOf(id)).toEqual([]);
    });
  });

  describe('the automatic close', () => {
    const age = (id: string, days: number) =>
      dataSource.query(`UPDATE tickets SET status_since = now() - $2 * interval '1 day' WHERE id = $1`, [
        id,
        days,
      ]);

    it('closes tickets that have been answered long enough once, with an event of the system', async () => {
      const ids = Object.fromEntries(
        await Promise.all(statuses.map(async (status) => [status, await ticketWith(status)] as const)),
      );
      const fresh = await ticketWith('answered');
      for (const id of Object.values(ids)) await age(id, AUTO_CLOSE_DAYS + 0.01);
      await age(fresh, AUTO_CLOSE_DAYS - 0.01);
      const closed = await Promise.all(Array.from({ length: 4 }, () => autoClose.close(signal)));
      expect(closed.reduce((sum, count) => sum + count)).toBe(1);
      for (const [status, id] of Object.entries(ids))
        expect([status, await statusOf(id)]).toEqual([status, status === 'answered' ? 'closed' : status]);
      expect(await statusOf(fresh)).toBe('answered');
      const id = ids.answered as string;
      expect((await historyOf(id, anna())).at(-1)).toEqual({
        type: 'closed_automatically',
        at: expect.any(Date) as Date,
        author: { kind: 'system' },
        changes: [{ field: 'status', from: 'answered', to: 'closed' }],
        comment_id: null,
      });
      expect((await auditOf(id)).at(-1)).toMatchObject({ action: 'ticket.closed_automatically' });
    });

    it('works in batches, and skips a ticket that is being changed', async () => {
      const id = await ticketWith('answered');
      await age(id, 30);
      const columns =
        'owner_id, status, subject, text, email, created_at, updated_at, public_updated_at, status_since, document';
      await dataSource.query(
        `INSERT INTO tickets (id, ${columns}) SELECT gen_random_uuid(), ${columns} FROM tickets, generate_series(1, 229) WHERE id = $1`,
        [id],
      );
      const runner = dataSource.createQueryRunner();
      await runner.startTransaction();
      await runner.query('SELECT FROM tickets WHERE id = $1 FOR UPDATE', [id]);
      expect(await autoClose.close(signal)).toBe(229);
      await runner.rollbackTransaction();
      await runner.release();
      expect(await statusOf(id)).toBe('answered');
      expect(await autoClose.close(signal)).toBe(1);
    });
  });

  it('count the time to the first answer once', async () => {
    const observed = async () => {
      const text = await register.getSingleMetricAsString('waybill_ticket_first_answer_seconds');
      return Number(/_count (\d+)/.exec(text)?.[1]);
    };
    const before = await observed();
    const id = await ticketWith('awaiting_reply');
    await service.transition(vera(), id, { to: 'answered' });
    await ticketWith('closed');
    expect(await observed()).toBe(before + 1);
  });

  it('link only a package that the caller may link', async () => {
    expect(await codeOf(service.open(anna(), aTicket({ package_id: 2 })))).toBe('validation_failed');
  });

  async function newUser(): Promise<string> {
    const id = randomUUID();
    await dataSource.query(
      `INSERT INTO users (id, email, role, password_hash, owner_id) VALUES ($1::uuid, $1::text, 'agent', 'x', $1::uuid)`,
      [id],
    );
    return id;
  }
});
