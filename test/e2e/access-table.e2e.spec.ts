import { randomUUID } from 'node:crypto';
import { streamedOrder } from '../../apps/server/src/orders/orders.examples';
import { modules } from '../../apps/server/src/modules';
import { aPackage, finished } from '../support/a-package';
import { anItem } from '../support/an-item';
import { useServer } from '../support/use-server';
import { type AccessRow, type CallerName, callers, readAccessTable } from '../support/access-table';
import { type Api, type Credentials, type RequestOptions } from '../support/api';
import { openSession } from '../support/callers';
import { newKey, newStaff, signIn, type Staff } from '../support/staff';

const allScopes = modules.scopes.map(({ name }) => name);
const KEY = 'k'.repeat(40);
const env = {
  BOOTSTRAP_ADMIN_KEY: KEY,
  LOGIN_FAILURES_PER_ADDRESS: '1000000',
  LIMIT_ADDRESS_PER_MINUTE: '1000000',
  LIMIT_PRINCIPAL_PER_MINUTE: '1000000',
  LIMIT_SESSIONS_PER_MINUTE: '1000000',
};
const PASSWORD = 'eight dry otters in a barn';
/** A job that changes nothing that these requests read. */
const JOB = 'purge-idempotency-keys';
const BOOTS = aPackage();
const CSV_FILE = {
  body: `sku,name,brand,category,price_amount,price_currency,weight_kg,hs_code,attributes\nA,Boots,,,1,RUB,,,`,
  headers: { 'Content-Type': 'text/csv' },
};
const TICKET = { subject: 'My package has not arrived', text: 'Where is it?', email: 'anna@example.com' };

/** A caller. */
interface Caller {
  api: Api;
  /** Their credentials, for routes that are not in the OpenAPI document. */
  headers: Record<string, string>;
  /** The user, for staff. */
  staff?: Staff;
}

/** The resources of the owner. */
interface Owned {
  sessionId: string;
  packageId: number;
  registrationId: string;
  orderUid: string;
}

/** A valid request to a route. */
interface GoodRequest extends RequestOptions {
  /** Values of the route's parameters, by name. */
  path?: Record<string, string | number | undefined>;
  body?: object | string;
  /** Text that a list contains if it shows the data of the owner. */
  shows?: Record<string, string | number>;
}

describe('every route, for every kind of caller', () => {
  const { server, database, api, admin: root } = useServer({ rates: 'scripted', env });
  const table = readAccessTable();
  let owner: Caller;
  let owned: Owned;
  /** Callers whose credentials no request ends. */
  const kept = new Map<string, Caller>();

  beforeAll(async () => {
    await root.put('/catalog/items/BOOTS', {
      name: 'Winter boots',
      price: { amount: '19.90', currency: 'USD' },
      weight_kg: '1.5',
    });
    [owner, owned] = await newOwner();
  });

  const as = (credentials: Credentials): Caller => ({
    api: api.as(credentials),
    headers:
      'key' in credentials ? { Authorization: `Bearer ${credentials.key}` } : { Cookie: credentials.cookie },
  });

  async function newOwner(): Promise<[Caller, Owned]> {
    const caller = as({ cookie: await openSession(api) });
    const { api: customer } = caller;
    const { body: session } = await customer.get('/sessions/current');
    const { body: registration } = await customer.post('/packages', BOOTS);
    const done = await finished(customer, `/packages/status/${registration.id}`);
    const { body: order } = await customer.post('/orders', anOrder);
    return [
      caller,
      {
        ...{ sessionId: session.id, packageId: done.package_id!, registrationId: registration.id },
        orderUid: order.order_uid,
      },
    ];
  }

  async function staff(role: 'agent' | 'operator' | 'admin'): Promise<Caller & { staff: Staff }> {
    const user = await newStaff(root, role);
    return { ...as({ cookie: await signIn(api, user) }), staff: user };
  }

  const makers: Record<CallerName, (row: AccessRow) => Promise<Caller>> = {
    nobody: async () => ({ api: api.anonymous(), headers: {} }),
    'another customer': async () => as({ cookie: await openSession(api) }),
    owner: async () => owner,
    agent: () => staff('agent'),
    operator: () => staff('operator'),
    admin: () => staff('admin'),
    'key without': async ({ rule }) => {
      const needed = typeof rule === 'object' ? rule.scopes : [];
      const { key } = await newKey(
        root,
        allScopes.filter((scope) => !needed.includes(scope)),
      );
      return as({ key });
    },
    'expired key': async () => {
      const { id, key } = await newKey(root, [...allScopes]);
      await database.query(`UPDATE api_keys SET expires_at = now() WHERE id = $1`, [id]);
      return as({ key });
    },
    'revoked session': async () => {
      const caller = await staff('admin');
      await caller.api.delete('/sessions/current');
      return caller;
    },
    'disabled user': async () => {
      const caller = await staff('admin');
      const { headers } = await root.get(`/users/${caller.staff.id}`);
      const match = { headers: { 'If-Match': String(headers.etag) } };
      await root.patch(`/users/${caller.staff.id}`, { disabled: true }, match);
      return caller;
    },
  };

  /** Requests that end the caller's session need their own caller and owner. */
  const ENDS_SESSIONS = [
    'DELETE /api/v1/sessions/current',
    'DELETE /api/v1/sessions/:id',
    'POST /api/v1/auth/login',
    'POST /api/v1/auth/logout',
  ];

  async function callerFor(name: CallerName, row: AccessRow): Promise<Caller> {
    if (ENDS_SESSIONS.includes(row.route)) {
      [owner, owned] = await newOwner();
      return makers[name](row);
    }
    if (name === 'owner') return owner;
    const known = name === 'key without' ? `${name} ${JSON.stringify(row.rule)}` : name;
    const caller = kept.get(known) ?? (await makers[name](row));
    kept.set(known, caller);
    return caller;
  }

  const newUser = async (): Promise<{ id: string; match: RequestOptions }> => {
    const { id } = await newStaff(root, 'agent');
    const { headers } = await root.get(`/users/${id}`);
    return { id, match: { headers: { 'If-Match': String(headers.etag) } } };
  };
  const someKey = async (): Promise<GoodRequest> => ({ path: { id: (await newKey(root, ['jobs:run'])).id } });
  const email = () => `new-${Math.random().toString(36).slice(2)}@example.com`;
  const ofType = async (): Promise<GoodRequest> => {
    const { body } = await root.post('/types', { name: `type ${serial++}` });
    return { path: { id: body.id } };
  };
  const ofItem = async (): Promise<GoodRequest> => {
    const sku = `SKU-${serial++}`;
    await root.put(`/catalog/items/${sku}`, anItem());
    return { path: { sku } };
  };
  const ofJob = async (): Promise<GoodRequest> => ({ path: { name: JOB } });
  const anOrder = { user_id: 1, items: [{ sku: 'BOOTS', qty: 1 }] };
  const deadLetter = async (): Promise<{ id: string }> => {
    const id = randomUUID();
    await database.query(
      `INSERT INTO order_dead_letters (id, digest, reason, detail, message, size)
       VALUES ($1, sha256($2), 'malformed_json', 'The message is not valid JSON.', '{', 1)`,
      [id, id],
    );
    return { id };
  };
  const ofDeadLetter = async (): Promise<GoodRequest> => ({ path: await deadLetter() });
  const ofPackage = async (): Promise<GoodRequest> => ({ path: { id: owned.packageId } });
  const newTicket = async (): Promise<string> => (await owner.api.post('/tickets', TICKET)).body.id as string;
  const ofTicket = async (): Promise<GoodRequest> => ({ path: { id: await newTicket() } });
  const closedTicket = async (): Promise<string> => {
    const id = await newTicket();
    await owner.api.post(`/tickets/${id}/transitions`, { to: 'closed' });
    return id;
  };
  /** A copy of the owner's package. */
  const ofAnotherPackage = async (): Promise<GoodRequest> => {
    const columns =
      'owner_id, name, weight_kg, content_amount, content_currency, type_id, created_at, delivery_cost';
    const rows = await database.rows<{ id: number }>(
      `INSERT INTO packages (registration_id, ${columns}) SELECT gen_random_uuid(), ${columns} FROM packages WHERE id = $1
       RETURNING id`,
      [owned.packageId],
    );
    return { path: { id: rows[0]?.id } };
  };

  let serial = 0;

  const ofImport = async (): Promise<GoodRequest> => {
    const { body, headers } = CSV_FILE;
    return { path: { id: (await root.post('/catalog/imports', body, { headers })).body.id } };
  };

  /** Requests that need more than the route itself. */
  const requests: Record<string, (caller: Caller) => Promise<GoodRequest>> = {
    'GET /api/docs/:file': async () => {
      const page = await fetch(new URL('/api/redoc', server.url), { signal: AbortSignal.timeout(60_000) });
      return { path: { file: /\/api\/docs\/([\w.-]+)/.exec(await page.text())?.[1] } };
    },
    'POST /api/v1/types': async () => ({ body: { name: `new type ${serial++}` } }),
    'GET /api/v1/types/:id': ofType,
    'PATCH /api/v1/types/:id': async () => ({
      ...(await ofType()),
      body: { name: `renamed type ${serial++}` },
      headers: { 'If-Match': '*' },
    }),
    'POST /api/v1/types/:id/archive': ofType,
    'POST /api/v1/types/:id/restore': ofType,
    'GET /api/v1/catalog/items/:sku': ofItem,
    'PUT /api/v1/catalog/items/:sku': async () => ({ path: { sku: `SKU-${serial++}` }, body: anItem() }),
    'POST /api/v1/catalog/items/:sku/archive': ofItem,
    'POST /api/v1/catalog/items/:sku/restore': ofItem,
    'GET /api/v1/sessions': async () => ({ shows: { id: owned.sessionId } }),
    'DELETE /api/v1/sessions/:id': async () => ({ path: { id: owned.sessionId } }),
    'POST /api/v1/auth/login': async () => {
      const { email: address, password } = await newStaff(root, 'agent');
      return { body: { email: address, password } };
    },
    'POST /api/v1/auth/password': async ({ staff: user }) => {
      const present = user?.password ?? PASSWORD;
      return { body: { current_password: present, new_password: PASSWORD } };
    },
    'POST /api/v1/users': async () => ({ body: { email: email(), role: 'agent', password: PASSWORD } }),
    'GET /api/v1/users/:id': async () => ({ path: { id: (await newUser()).id } }),
    'PATCH /api/v1/users/:id': async () => {
      const { id, match } = await newUser();
      return { path: { id }, body: { role: 'operator' }, ...match };
    },
    'DELETE /api/v1/users/:id/throttle': async () => ({ path: { id: (await newUser()).id } }),
    'POST /api/v1/api-keys': async () => ({ body: { name: 'A key', scopes: ['jobs:run'] } }),
    'GET /api/v1/api-keys/:id': someKey,
    'PATCH /api/v1/api-keys/:id': async () => ({
      ...(await someKey()),
      body: { name: 'Another name' },
      headers: { 'If-Match': '*' },
    }),
    'POST /api/v1/api-keys/:id/rotate': async () => ({ ...(await someKey()), body: {} }),
    'DELETE /api/v1/api-keys/:id': someKey,
    'POST /api/v1/admin/jobs/:name/run': ofJob,
    'GET /api/v1/admin/jobs/:name/runs': ofJob,
    'GET /api/v1/admin/jobs/:name/runs/:id': async () => {
      const { body } = await root.post(`/admin/jobs/${JOB}/run`);
      return { path: { name: JOB, id: body.id } };
    },
    'POST /api/v1/catalog/imports': async () => CSV_FILE,
    'GET /api/v1/catalog/imports/:id': ofImport,
    'GET /api/v1/catalog/imports/:id/errors': ofImport,
    'POST /api/v1/packages': async () => ({ body: BOOTS }),
    'GET /api/v1/packages': async () => ({ query: { limit: 200 }, shows: { id: owned.packageId } }),
    'GET /api/v1/packages/:id': ofPackage,
    'GET /api/v1/packages/:id/cost': ofPackage,
    'POST /api/v1/tickets': async () => ({ body: TICKET }),
    'GET /api/v1/tickets': async () => ({ query: { limit: 200 }, shows: { id: await newTicket() } }),
    'GET /api/v1/tickets/:id': ofTicket,
    'PATCH /api/v1/tickets/:id': async () => ({
      ...(await ofTicket()),
      body: { subject: 'Lost' },
      headers: { 'If-Match': '*' },
    }),
    'POST /api/v1/tickets/:id/transitions': async () => ({ ...(await ofTicket()), body: { to: 'closed' } }),
    'POST /api/v1/tickets/:id/comments': async () => ({ ...(await ofTicket()), body: { text: 'Hello' } }),
    'GET /api/v1/tickets/:id/comments': ofTicket,
    'GET /api/v1/tickets/:id/history': ofTicket,
    'POST /api/v1/tickets/:id/follow-up': async () => ({
      path: { id: await closedTicket() },
      body: { text: 'Again' },
    }),
    'GET /api/v1/packages/:id/cost/revisions': ofPackage,
    'GET /api/v1/packages/:id/events': ofPackage,
    'POST /api/v1/packages/:id/claim': async () => ({ ...(await ofPackage()), body: { carrier_id: 7 } }),
    'POST /api/v1/packages/:id/cancel': ofAnotherPackage,
    'POST /api/v1/packages/:id/reprice': ofPackage,
    'POST /api/v1/orders': async () => ({ body: anOrder }),
    'GET /api/v1/orders': async () => ({ query: { limit: 200 }, shows: { order_uid: owned.orderUid } }),
    'GET /api/v1/orders/:order_uid': async () => ({ path: { order_uid: owned.orderUid } }),
    'POST /api/v1/orders/dead-letters/redrive': async () => ({ body: { limit: 1 } }),
    'GET /api/v1/orders/dead-letters/:id': ofDeadLetter,
    'PUT /api/v1/orders/dead-letters/:id/correction': async () => ({
      ...(await ofDeadLetter()),
      body: { order: streamedOrder },
      headers: { 'If-Match': '*' },
    }),
    'POST /api/v1/orders/dead-letters/:id/redrive': async () => ({ ...(await ofDeadLetter()), body: {} }),
    'POST /api/v1/orders/dead-letters/:id/discard': async () => ({
      ...(await ofDeadLetter()),
      body: { reason: 'A test' },
    }),
    'GET /api/v1/packages/status/:id': async () => ({ path: { id: owned.registrationId } }),
  };

  async function outcome(
    row: AccessRow,
    name: CallerName,
    headers: Record<string, string> = {},
  ): Promise<string> {
    const caller = await callerFor(name, row);
    const { path: values, body, shows, ...options } = (await requests[row.route]?.(caller)) ?? {};
    const [method = '', route = ''] = row.route.split(' ');
    const path = route.replaceAll(/:(\w+)/g, (_, parameter: string) => String(values?.[parameter]));
    if (!api.document.paths[route.replaceAll(/:(\w+)/g, '{$1}')]) return statusOfPage(path, caller);
    const sent = { ...options, headers: { ...options.headers, ...headers } };
    const reply = await caller.api.request(method as 'GET', path, body, sent);
    if (!shows || reply.status !== 200) return String(reply.status);
    const [[field, value]] = Object.entries(shows) as [[string, unknown]];
    const isShown = (reply.body.items as Record<string, unknown>[]).some((item) => item[field] === value);
    return `${reply.status} ${isShown ? 'it' : 'none'}`;
  }

  // Pages for browsers, which are not in the OpenAPI document.
  const statusOfPage = async (path: string, { headers }: Caller): Promise<string> => {
    const reply = await fetch(new URL(path, server.url), { headers, signal: AbortSignal.timeout(60_000) });
    await reply.arrayBuffer(); // an unread reply delays the stop of the server
    return String(reply.status);
  };

  it('has a row for every operation of the document', () => {
    const documented = Object.entries(api.document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map(
        (method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      ),
    );
    const tabled = table.map(({ route }) => route);
    expect(documented.filter((route) => !tabled.includes(route))).toEqual([]);
  });

  const writes = table.filter(({ route }) => !route.startsWith('GET '));

  it.each(writes)('changes nothing for a caller with an outdated ETag: $route', async (row) => {
    const name: CallerName = row.expected.owner?.startsWith('2') ? 'owner' : 'admin';
    const stale = { 'If-Match': '"x"' };
    expect(await outcome(row, name, stale)).toBe('412');
  });

  it.each(table)('responds to each caller as the table says: $route', async (row) => {
    const got: Record<string, string> = {};
    for (const name of callers) got[name] = await outcome(row, name);
    expect(got).toEqual(row.expected);
  });
});
