import fc from 'fast-check';
import { type DomainError, RequestContext } from '@waybill/core';
import { aTicket, customer, staff, useTicketServices } from '../../../../test/support/ticket-services';
import { priorities, statuses, type TicketStatus, transitions } from './ticket.entity';
import type { TicketDto } from './tickets.dto';

const CALLERS = 200;
const TICKETS = 8;

type Step =
  | { do: 'transition'; to: TicketStatus; comment: boolean }
  | { do: 'comment'; internal: boolean; to: TicketStatus | undefined }
  | { do: 'edit'; field: 'subject' | 'text' | 'priority' | 'tags'; value: number };

const status = fc.constantFrom(...statuses);
const step: fc.Arbitrary<Step> = fc.oneof(
  // Rarely closes, so that walks are long.
  fc.record({
    do: fc.constant('transition' as const),
    to: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom('answered' as const, 'awaiting_reply' as const) },
      status,
    ),
    comment: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('comment' as const),
    internal: fc.boolean(),
    to: fc.option(fc.constantFrom('answered' as const, 'awaiting_reply' as const), { nil: undefined }),
  }),
  fc.record({
    do: fc.constant('edit' as const),
    field: fc.constantFrom('subject' as const, 'text' as const, 'priority' as const, 'tags' as const),
    value: fc.nat(3),
  }),
);

describe('tickets with concurrent changes', () => {
  const { dataSource, service, queries } = useTicketServices({ poolSize: 10 });
  const [anna, vera] = [customer(), staff()];

  const applyStep = async (ctx: RequestContext, id: string, one: Step): Promise<unknown> => {
    if (one.do === 'transition')
      return service.transition(ctx, id, { to: one.to, ...(one.comment && { comment: { text: 'x' } }) });
    if (one.do === 'comment') {
      const visibility = one.internal ? 'internal' : 'public';
      return service.comment(ctx, id, { text: 'x', visibility, ...(one.to && { transition: one.to }) });
    }
    const values = {
      subject: `subject ${one.value}`,
      text: `text ${one.value}`,
      priority: priorities[one.value],
      tags: [`tag ${one.value}`],
    };
    return service.edit(ctx, id, { [one.field]: values[one.field] });
  };
  const NO_CONNECTION = 'timeout exceeded when trying to connect';
  const KNOWN = ['ticket_transition_not_allowed', 'ticket_closed', 'ticket_answered', 'scope_missing'];
  /** Makes a random change. @returns whether it was accepted */
  const tryStep = (who: () => RequestContext, id: string, one: Step): Promise<boolean> =>
    applyStep(who(), id, one).then(
      () => true,
      (error: DomainError) => {
        // A busy machine may keep a caller waiting for a connection of the pool.
        if (error.message === NO_CONNECTION) return tryStep(who, id, one);
        if (!KNOWN.includes(error.code)) throw error;
        return false;
      },
    );

  interface StoredEvent {
    revision: number;
    public_revision: number | null;
    type: string;
    at: Date;
    changes: { status?: { from?: TicketStatus; to: TicketStatus } };
  }
  const eventsOf = (id: string): Promise<StoredEvent[]> =>
    dataSource.query('SELECT * FROM ticket_events WHERE ticket_id = $1 ORDER BY revision', [id]);

  function assertValidHistory(events: StoredEvent[], final: TicketStatus): void {
    expect(events.map(({ revision }) => revision)).toEqual(events.map((_, n) => n + 1));
    const seen = events.flatMap(({ public_revision: revision }) => revision ?? []);
    expect(seen).toEqual(seen.map((_, n) => n + 1));
    const times = events.map(({ at }) => at.getTime());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const walk = events.flatMap(({ changes }) => changes.status ?? []);
    expect(walk.map(({ from }) => from)).toEqual([undefined, ...walk.slice(0, -1).map(({ to }) => to)]);
    expect([walk[0]?.to, walk.at(-1)?.to]).toEqual(['open', final]);
    const illegal = walk.slice(1).filter(({ from, to }) => !transitions[from as TicketStatus].includes(to));
    expect(illegal).toEqual([]);
    const afterClosing = events.slice(0, -1).filter(({ changes }) => changes.status?.to === 'closed');
    expect(afterClosing).toEqual([]);
  }

  it(`have a valid history after random changes by ${CALLERS} concurrent callers`, async () => {
    const walks = fc.array(fc.record({ ticket: fc.nat(TICKETS - 1), byStaff: fc.boolean(), step }), {
      minLength: 3,
      maxLength: 6,
    });
    const callers = fc.array(walks, { minLength: CALLERS, maxLength: CALLERS });
    await fc.assert(
      fc.asyncProperty(callers, async (all) => {
        const opened = await Promise.all(
          Array.from({ length: TICKETS }, () => service.open(anna(), aTicket())),
        );
        const ids = opened.map(({ id }) => id);
        let accepted = 0;
        await Promise.all(
          all.map(async (walk) => {
            for (const { ticket, byStaff, step: one } of walk)
              if (await tryStep(byStaff ? vera : anna, ids[ticket] as string, one)) accepted++;
          }),
        );
        expect(accepted).toBeGreaterThan(CALLERS / 2);
        for (const id of ids) {
          const [events, ticket] = [await eventsOf(id), await queries.get(vera(), id)];
          assertValidHistory(events, ticket.status);
          await assertRebuilt(id);
        }
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });

  /** Checks that the history rebuilds the current ticket, for both views. */
  async function assertRebuilt(id: string): Promise<void> {
    for (const who of [anna, vera]) {
      const now = await queries.get(who(), id);
      expect(await queries.get(who(), id, now.updated_at.toISOString())).toEqual(now);
      expect(await queries.get(who(), id, (await databaseTime()).toISOString())).toEqual(now);
    }
  }
  const databaseTime = async (): Promise<Date> =>
    (await dataSource.query('SELECT clock_timestamp() AS now'))[0].now;

  it('can be rebuilt in each earlier state from the history, for the customer and for staff', async () => {
    const steps = fc.array(fc.record({ byStaff: fc.boolean(), step }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const { id } = await service.open(anna(), aTicket());
        // Changes in the same millisecond are visible together.
        const seen = { anna: new Map<string, TicketDto>(), vera: new Map<string, TicketDto>() };
        const recordStates = async () => {
          for (const [name, who] of [
            ['anna', anna],
            ['vera', vera],
          ] as const) {
            const now = await queries.get(who(), id);
            seen[name].set(now.updated_at.toISOString(), now);
          }
        };
        await recordStates();
        for (const { byStaff, step: one } of all) {
          await tryStep(byStaff ? vera : anna, id, one);
          await recordStates();
        }
        for (const [name, who] of [
          ['anna', anna],
          ['vera', vera],
        ] as const)
          for (const [time, ticket] of seen[name]) expect(await queries.get(who(), id, time)).toEqual(ticket);
        await assertRebuilt(id);
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  it('are not shown at a time before they were opened, or in the future', async () => {
    const { id, created_at: created } = await service.open(anna(), aTicket());
    const before = new Date(created.getTime() - 1).toISOString();
    await expect(queries.get(anna(), id, before)).rejects.toMatchObject({ code: 'ticket_not_found' });
    const future = new Date((await databaseTime()).getTime() + 60_000).toISOString();
    await expect(queries.get(anna(), id, future)).rejects.toMatchObject({
      extras: { errors: [{ code: 'in_the_future', parameter: 'as_of' }] },
    });
  });

  it('show their follow-up only after it was opened', async () => {
    const { id } = await service.open(anna(), aTicket());
    const closed = await service.transition(anna(), id, { to: 'closed' });
    const followUp = await service.followUp(anna(), id, { text: 'Again' });
    const linked = await queries.get(anna(), id);
    expect(linked.follow_up_id).toBe(followUp.id);
    expect(await queries.get(anna(), id, followUp.created_at.toISOString())).toEqual(linked);
    // Between the close and the follow-up.
    await dataSource.query(`UPDATE tickets SET created_at = created_at + interval '1 ms' WHERE id = $1`, [
      followUp.id,
    ]);
    expect(await queries.get(anna(), id, followUp.created_at.toISOString())).toEqual(closed);
  });
});
