import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { registered } from '../support/a-package';
import { answered } from '../support/answered';
import type { Api } from '../support/api';
import { newCustomer } from '../support/callers';
import { eventually } from '../support/poll';
import { newKey, newStaff, signIn, type Staff } from '../support/staff';
import { useServer } from '../support/use-server';

const TICKET = {
  subject: 'Где мои сапоги?',
  text: 'The boots were due on Monday.',
  email: 'Anna@Example.com',
  order_uid: 'order-1',
};
const env = { LIMIT_ADDRESS_PER_MINUTE: '1000000', LIMIT_PRINCIPAL_PER_MINUTE: '1000000' };

describe('tickets', () => {
  const { server, database, api, admin } = useServer({ rates: 'scripted', env });
  let anna: Api;
  let vera: Api;
  let veraUser: Staff;

  beforeAll(async () => {
    anna = await newCustomer(api);
    veraUser = await newStaff(admin, 'agent');
    vera = api.as({ cookie: await signIn(api, veraUser) });
  });

  const open = async (who: Api = anna, more = {}): Promise<string> =>
    (await answered(who.post('/tickets', { ...TICKET, ...more }), 201)).body.id as string;
  const edit = (who: Api, id: string, body: object) =>
    who.patch(`/tickets/${id}`, body, { headers: { 'If-Match': '*' } });

  it('are opened, answered, questioned again and closed', async () => {
    const opened = await answered(anna.post('/tickets', TICKET), 201);
    const { id } = opened.body;
    expect(opened.headers.location).toBe(`/api/v1/tickets/${id}`);
    expect(opened.body).toMatchObject({ status: 'open', email: 'anna@example.com', order_uid: 'order-1' });
    expect(opened.headers.etag).toBe((await anna.get(`/tickets/${id}`)).headers.etag);
    const answer = { to: 'answered', comment: { text: 'They arrive tomorrow.' } };
    await answered(vera.post(`/tickets/${id}/transitions`, answer), 200);
    await answered(anna.post(`/tickets/${id}/comments`, { text: 'They did not.' }), 201);
    expect((await anna.get(`/tickets/${id}`)).body.status).toBe('awaiting_reply');
    await answered(vera.post(`/tickets/${id}/comments`, { text: 'Today.', transition: 'answered' }), 201);
    const closed = await answered(anna.post(`/tickets/${id}/transitions`, { to: 'closed' }), 200);
    expect(closed.body.closed_at).toBe(closed.body.updated_at);
    const followUp = await answered(anna.post(`/tickets/${id}/follow-up`, { text: 'One boot only.' }), 201);
    expect((await anna.get(`/tickets/${id}`)).body.follow_up_id).toBe(followUp.body.id);
    expect(followUp.body.follow_up_of_id).toBe(id);
  });

  describe('hide from the customer what is internal', () => {
    const SECRETS = ['zebra', 'подозрительный', 'lost-and-found'];
    /** Headers that differ for every request. */
    const ALWAYS_NEW = /^(date|x-request-id|ratelimit.*|connection|keep-alive)$/;
    const seen = ({ status, headers, text }: Response) => {
      const kept = Object.entries(headers as Record<string, string>).filter(
        ([name]) => !ALWAYS_NEW.test(name),
      );
      return {
        status,
        headers: Object.fromEntries(kept),
        text: text?.replace(/"request_id":"[^"]*"/, ''),
      };
    };

    const publicStory = async (): Promise<string> => {
      const id = await open();
      await answered(vera.post(`/tickets/${id}/comments`, { text: 'Hello', transition: 'answered' }), 201);
      await answered(anna.post(`/tickets/${id}/comments`, { text: 'Thank you' }), 201);
      return id;
    };
    const internalStory = async (id: string): Promise<void> => {
      const note = { text: 'zebra подозрительный', visibility: 'internal' };
      await answered(vera.post(`/tickets/${id}/comments`, note), 201);
      await answered(
        edit(vera, id, { priority: 'urgent', tags: ['lost-and-found'], assignee_id: veraUser.id }),
        200,
      );
      await answered(vera.post(`/tickets/${id}/comments`, { ...note, text: 'Hello zebra' }), 201);
      await answered(edit(vera, id, { assignee_id: null, tags: [], priority: 'low' }), 200);
      await answered(edit(vera, id, { assignee_id: veraUser.id, tags: ['lost-and-found'] }), 200);
    };

    /** Everything that the customer can read of a ticket. */
    async function readAll(id: string): Promise<Record<string, object>> {
      const { created_at: created, updated_at: updated } = (await anna.get(`/tickets/${id}`)).body;
      const paths = [
        `/tickets/${id}`,
        `/tickets/${id}?as_of=${created}`,
        `/tickets/${id}?as_of=${updated}`,
        `/tickets/${id}/comments`,
        `/tickets/${id}/history`,
        ...['', 'sort=updated', 'status=awaiting_reply', 'email=anna@example.com', 'order_uid=order-1'].map(
          (query) => `/tickets?${query}`,
        ),
        ...[`updated_from=${updated}`, `updated_to=${updated}`, `created_from=${created}`].map(
          (query) => `/tickets?${query}`,
        ),
        ...['zebra', 'подозрительный', 'hello', 'сапог', '-zebra', 'boots or zebra'].flatMap((q) =>
          ['created', 'updated'].map((sort) => `/tickets?sort=${sort}&q=${encodeURIComponent(q)}`),
        ),
        ...['assignee=none', `assignee=${veraUser.id}`, 'tag=lost-and-found', 'priority=urgent'].map(
          (query) => `/tickets?${query}`,
        ),
      ];
      const read: Record<string, object> = {};
      for (const path of paths) {
        for (let next: string | undefined = path, page = 0; next; page++) {
          // Small pages, so that cursors and links are compared too.
          const reply: Response = await anna.get(
            next,
            next === path && /comments|history|\?/.test(path) && !path.includes('as_of')
              ? { query: { limit: 2 } }
              : {},
          );
          read[`${path} ${page}`] = seen(reply);
          next = /^<([^>]+)>/.exec(String(reply.headers.link))?.[1];
        }
        read[`HEAD ${path}`] = seen(await anna.head(path));
      }
      const { headers } = await anna.get(`/tickets/${id}`);
      const version = { headers: { 'If-None-Match': String(headers.etag) } };
      read['not modified'] = seen(await anna.get(`/tickets/${id}`, version));
      return read;
    }

    it('in every read: internal activity changes no byte of a reply and no header', async () => {
      const id = await publicStory();
      await publicStory();
      const before = await readAll(id);
      expect(Object.keys(before).length).toBeGreaterThan(60);
      await internalStory(id);
      const after = await readAll(id);
      expect(after).toEqual(before);
      const everything = Object.values(after).map((reply) => (reply as { text?: string }).text ?? '');
      for (const secret of [...SECRETS, veraUser.id, veraUser.email, 'urgent', 'internal'])
        expect(everything.filter((text) => text.includes(secret))).toEqual([]);
      // Staff see all of it.
      expect((await vera.get(`/tickets/${id}/comments`)).body.items).toHaveLength(4);
      for (const secret of SECRETS.slice(0, 2))
        expect((await vera.get('/tickets', { query: { q: secret } })).body.items).toMatchObject([{ id }]);
    });

    it('in every write: replies are the same with and without internal activity', async () => {
      const [plain, watched] = [await publicStory(), await publicStory()];
      await internalStory(watched);
      const replies: object[][] = [];
      for (const id of [plain, watched]) {
        const written: Response[] = [];
        const send = async (reply: Promise<Response>) => written.push(await reply);
        const tag = String((await anna.get(`/tickets/${id}`)).headers.etag);
        await send(
          anna.post(`/tickets/${id}/comments`, { text: 'And now?' }, { headers: { 'If-Match': tag } }),
        );
        await internalIf(id === watched, id);
        await send(edit(anna, id, { subject: 'x' }));
        await send(edit(anna, id, { priority: 'low' }));
        await send(anna.post(`/tickets/${id}/comments`, { text: 'x', visibility: 'internal' }));
        await send(anna.post(`/tickets/${id}/transitions`, { to: 'answered' }));
        await send(anna.post(`/tickets/${id}/follow-up`, { text: 'x' }));
        const version = String((await anna.get(`/tickets/${id}`)).headers.etag);
        await internalIf(id === watched, id);
        const close = { to: 'closed', comment: { text: 'Bye' } };
        await send(anna.post(`/tickets/${id}/transitions`, close, { headers: { 'If-Match': version } }));
        await send(anna.post(`/tickets/${id}/comments`, { text: 'x' }));
        await send(anna.post(`/tickets/${id}/follow-up`, { text: 'x' }));
        await send(anna.get(`/tickets/${id}/comments`));
        await send(anna.get(`/tickets/${id}/history`));
        replies.push(written.map((reply) => anonymised(seen(reply))));
      }
      expect(replies[1]).toEqual(replies[0]);
      expect(replies[0]?.map((reply) => (reply as { status: number }).status)).toEqual([
        201, 409, 403, 403, 403, 409, 200, 409, 201, 200, 200,
      ]);
    });

    const internalIf = async (isWatched: boolean, id: string): Promise<void> => {
      if (isWatched) await internalStory(id);
    };
    // Two tickets have different IDs, times and digests.
    const anonymised = (reply: object): object =>
      JSON.parse(
        JSON.stringify(reply)
          .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
          .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
          .replaceAll(/"etag":"\\"[^"]*\\""/g, '"etag":"tag"'),
      ) as object;
  });

  it('are assigned to active users only', async () => {
    const id = await open();
    const assigned = await answered(edit(vera, id, { assignee_id: veraUser.id }), 200);
    expect(assigned.body.assignee).toEqual({ id: veraUser.id, email: veraUser.email });
    const gone = await newStaff(admin, 'agent');
    await admin.patch(`/users/${gone.id}`, { disabled: true }, { headers: { 'If-Match': '*' } });
    for (const assignee of [gone.id, randomUUID()]) {
      const { body } = await answered(edit(vera, id, { assignee_id: assignee }), 422);
      expect(body.errors).toMatchObject([{ code: 'unknown_assignee', pointer: '/assignee_id' }]);
    }
    const listed = async (assignee: string) =>
      (await vera.get('/tickets', { query: { assignee } })).body.items.map((one: { id: string }) => one.id);
    expect(await listed(veraUser.id.toUpperCase())).toContain(id);
    expect(await listed('none')).not.toContain(id);
  });

  it('link a customer’s own package, and for staff any package', async () => {
    const [own, other] = [await registered(anna), await registered(await newCustomer(api))];
    const linked = await open(anna, { package_id: own });
    for (const packageId of [other, 2_000_000_000]) {
      const { body } = await answered(anna.post('/tickets', { ...TICKET, package_id: packageId }), 422);
      expect(body.errors).toMatchObject([{ code: 'unknown_package', pointer: '/package_id' }]);
    }
    await open(vera, { package_id: other });
    await answered(vera.post('/tickets', { ...TICKET, package_id: 2_000_000_000 }), 422);
    const { body } = await anna.get('/tickets', { query: { package_id: own } });
    expect(body.items).toMatchObject([{ id: linked, package_id: own }]);
  });

  it('are opened, moved and commented once per idempotency key', async () => {
    const headers = { 'Idempotency-Key': 'once' };
    const [first, again] = [
      await answered(anna.post('/tickets', TICKET, { headers }), 201),
      await answered(anna.post('/tickets', TICKET, { headers }), 201),
    ];
    expect([again.body, again.headers.etag, again.headers['idempotent-replayed']]).toEqual([
      first.body,
      first.headers.etag,
      'true',
    ]);
    const { id } = first.body;
    for (const [path, body] of [
      ['comments', { text: 'x' }],
      ['transitions', { to: 'closed', comment: { text: 'y' } }],
      ['follow-up', { text: 'z' }],
    ] as const) {
      const key = { headers: { 'Idempotency-Key': path } };
      const sent = await anna.post(`/tickets/${id}/${path}`, body, key);
      const repeated = await anna.post(`/tickets/${id}/${path}`, body, key);
      expect([repeated.status, repeated.body, repeated.headers['idempotent-replayed']]).toEqual([
        sent.status,
        sent.body,
        'true',
      ]);
    }
    expect((await anna.get(`/tickets/${id}/comments`)).body.items).toHaveLength(2);
  });

  it('are edited by the version that the caller has read', async () => {
    const id = await open();
    const { headers } = await anna.get(`/tickets/${id}`);
    const version = { headers: { 'If-Match': String(headers.etag) } };
    expect((await anna.patch(`/tickets/${id}`, { subject: 'x' })).status).toBe(428);
    const edited = await answered(anna.patch(`/tickets/${id}`, { subject: 'x' }, version), 200);
    expect((await anna.patch(`/tickets/${id}`, { subject: 'y' }, version)).status).toBe(412);
    expect((await anna.post(`/tickets/${id}/comments`, { text: 'y' }, version)).status).toBe(412);
    expect(edited.headers.etag).toBe((await anna.get(`/tickets/${id}`)).headers.etag);
  });

  it('refuse values out of bounds, and name each', async () => {
    const many = Array.from({ length: 21 }, (_, n) => `t${n}`);
    const [post, patch] = [
      await anna.post('/tickets', {
        subject: 'x'.repeat(201),
        text: 'x'.repeat(20_001),
        email: 'a@b',
        package_id: 0,
      }),
      await edit(vera, await open(), { tags: many, priority: 'x', subject: null }),
    ];
    const pointers = ({ status, body }: Response) => [
      status,
      ...(body.errors as { pointer: string }[]).map(({ pointer }) => pointer),
    ];
    expect(pointers(post)).toEqual([422, '/subject', '/text', '/email', '/package_id']);
    expect(pointers(patch)).toEqual([422, '/subject', '/priority', '/tags']);
    const longest = { subject: 'ж'.repeat(200), text: '📦'.repeat(20_000) };
    await open(anna, longest);
    await answered(edit(vera, await open(), { tags: many.slice(1).map((tag) => tag.padEnd(50, 'x')) }), 200);
  });

  it('of keys without tickets:manage are their own', async () => {
    const { key } = await newKey(admin, ['tickets:read', 'tickets:write']);
    const program = api.as({ key });
    const [own, other] = [await open(program), await open()];
    expect((await program.get(`/tickets/${own}`)).body).not.toHaveProperty('priority');
    expect((await program.get(`/tickets/${other}`)).status).toBe(404);
    expect((await program.get('/tickets')).body.items.map(({ id }: { id: string }) => id)).toEqual([own]);
  });

  it('are closed by the job, and counted in the metrics', async () => {
    const id = await open();
    await answered(vera.post(`/tickets/${id}/transitions`, { to: 'answered' }), 200);
    await database.query(`UPDATE tickets SET status_since = now() - interval '8 days' WHERE id = $1`, [id]);
    await answered(admin.post('/admin/jobs/close-answered-tickets/run'), 202);
    await eventually(async () => (await anna.get(`/tickets/${id}`)).body.status === 'closed', {
      describe: 'the job closes the ticket',
    });
    const { body } = await anna.get(`/tickets/${id}/history`);
    expect(body.items.at(-1)).toMatchObject({ type: 'closed_automatically', author: { kind: 'system' } });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const [counted] = await database.rows<{ n: number }>(
      `SELECT count(*)::int AS n FROM tickets WHERE status = 'closed'`,
    );
    expect(metrics).toContain(`waybill_tickets{status="closed"} ${counted?.n}`);
    expect(Number(/waybill_ticket_first_answer_seconds_count (\d+)/.exec(metrics)?.[1])).toBeGreaterThan(0);
  });

  it('keep the session of their customer', async () => {
    const quiet = await newCustomer(api);
    await open(quiet);
    await database.query(`UPDATE sessions SET last_used_at = now() - interval '25 hours'`);
    const { headers } = await answered(admin.post('/admin/jobs/purge-sessions/run'), 202);
    await eventually(async () => (await admin.get(String(headers.location))).body.finished_at, {
      describe: 'the purge is over',
    });
    expect((await quiet.get('/tickets')).body.items).toHaveLength(1);
  });
});
