import type { Response } from 'supertest';
import { openBroker } from '../../apps/producer/src/open-broker';
import { streamedOrder } from '../../apps/server/src/orders/orders.examples';
import { loadConfig } from '../../libs/config/src';
import type { OpenApi, OpenApiOperation, OpenApiReply, OpenApiSchema } from '../support/openapi';
import { eventually } from '../support/poll';
import { useServer } from '../support/use-server';

// Redocly checks every example against its schema (openapi.e2e.spec.ts). This spec compares each example with a real reply.
describe('the examples of the OpenAPI document', () => {
  const { api, admin, database } = useServer({ rates: 'scripted' });
  const compared = new Set<string>();

  const operations = (): OpenApiOperation[] =>
    Object.values(api.document.paths).flatMap((path) => Object.values(path));
  const operation = (operationId: string): OpenApiOperation =>
    operations().find((one) => one.operationId === operationId) as OpenApiOperation;
  const requestExample = (operationId: string): object =>
    operation(operationId).requestBody?.content['application/json']?.example as object;

  /** Compares the example of a successful reply with a real one: same fields, same enum values, null in the same fields. */
  const compare = (operationId: string, reply: Response): Response => {
    const declared = operation(operationId).responses[reply.status] as OpenApiReply;
    const media = declared.content?.['application/json'];
    compared.add(operationId);
    expect([
      operationId,
      reply.status,
      differences(api.document, media?.schema ?? {}, media?.example, reply.body),
    ]).toEqual([operationId, reply.status, []]);
    return reply;
  };

  const bodyOf = (reply: Response) => reply.body as { id: string; state: string; items: object[] };
  const anyVersion = { headers: { 'If-Match': '*' } };

  it('match the server: it accepts the example requests and returns replies like the examples', async () => {
    const opened = compare('openSession', await api.post('/sessions'));
    const customer = api.as({ cookie: cookieOf(opened) });
    compare('openSession', await customer.post('/sessions'));
    compare('openSessionByGet', await api.get('/sessions/new'));
    compare('getCurrentSession', await customer.get('/sessions/current'));
    compare('listPackageTypes', await api.get('/types'));

    const registered = compare(
      'registerPackage',
      await customer.post('/packages', requestExample('registerPackage')),
    );
    const status = `/packages/status/${bodyOf(registered).id}`;
    await until(
      'the package',
      async () => ((await customer.get(status)).body as { state: string }).state === 'succeeded',
    );
    const done = compare('getRegistration', await customer.get(status));
    const { package_id: id } = done.body as { package_id: number };
    await until(
      'its cost',
      async () => ((await customer.get(`/packages/${id}`)).body as { cost: unknown }).cost !== null,
    );
    compare('getPackage', await customer.get(`/packages/${id}`));
    compare('listPackages', await customer.get('/packages'));
    compare('explainPackageCost', await customer.get(`/packages/${id}/cost`));
    compare('listCostRevisions', await customer.get(`/packages/${id}/cost/revisions`));
    compare('getDailyStats', await admin.get('/packages/stats/daily'));
    compare('repricePackage', await admin.post(`/packages/${id}/reprice`));
    compare('claimPackage', await admin.post(`/packages/${id}/claim`, requestExample('claimPackage')));
    compare('listPackageEvents', await customer.get(`/packages/${id}/events`));
    const other = await customer.post('/packages', requestExample('registerPackage'));
    const otherStatus = `/packages/status/${bodyOf(other).id}`;
    await until(
      'the other package',
      async () => (await customer.get(otherStatus)).body.state === 'succeeded',
    );
    const { package_id: otherId } = (await customer.get(otherStatus)).body as { package_id: number };
    compare('cancelPackage', await customer.post(`/packages/${otherId}/cancel`));
  });

  it('match the server’s replies to staff', async () => {
    const created = compare('createUser', await admin.post('/users', requestExample('createUser')));
    const { id } = bodyOf(created);
    compare('getUser', await admin.get(`/users/${id}`));
    compare('listUsers', await admin.get('/users'));
    const signedIn = compare('signIn', await api.post('/auth/login', requestExample('signIn')));
    const agent = api.as({ cookie: cookieOf(signedIn) });
    compare('listSessions', await agent.get('/sessions'));
    const changed = await agent.post('/auth/password', requestExample('changePassword'));
    expect(changed.status).toBe(204);
    compare('changeUser', await admin.patch(`/users/${id}`, requestExample('changeUser'), anyVersion));
  });

  it('match the server’s replies about API keys and administration', async () => {
    const boss = { email: 'boss@example.com', role: 'admin', password: 'nine slow snails in a well' };
    await admin.post('/users', boss);
    const signedIn = await api.post('/auth/login', { email: boss.email, password: boss.password });
    const staff = api.as({ cookie: cookieOf(signedIn) });
    const created = compare('createApiKey', await staff.post('/api-keys', requestExample('createApiKey')));
    const { id, key } = created.body as { id: string; key: string };
    const example = (operation('createApiKey').responses[201] as OpenApiReply).content?.['application/json']
      ?.example as { key: string; prefix: string };
    expect(example.key).toHaveLength(key.length);
    expect(example.prefix).toHaveLength((created.body as { prefix: string }).prefix.length);
    expect(example.prefix).toBe(example.key.slice(0, example.prefix.length));
    await api.as({ key }).get('/packages');
    const isUsed = async () =>
      ((await staff.get(`/api-keys/${id}`)).body as { last_used_at: unknown }).last_used_at !== null;
    await until('its use', isUsed);
    compare('getApiKey', await staff.get(`/api-keys/${id}`));
    const agent = { ...boss, email: 'vera.agent@example.com', role: 'agent' };
    await admin.post('/users', agent);
    const agentCookie = cookieOf(
      await api.post('/auth/login', { email: agent.email, password: agent.password }),
    );
    compare('getMe', await api.as({ cookie: agentCookie }).get('/me'));
    compare('listApiKeys', await staff.get('/api-keys', { query: { active: true } }));
    const renamed = await staff.patch(`/api-keys/${id}`, requestExample('renameApiKey'), anyVersion);
    compare('renameApiKey', renamed);
    compare('rotateApiKey', await staff.post(`/api-keys/${id}/rotate`, requestExample('rotateApiKey')));
    compare('listAuditEntries', await staff.get('/admin/audit-log', { query: { limit: 1 } }));

    const file = (operation('importCatalogItems').requestBody?.content['text/csv']?.example ?? '') as string;
    const csv = { query: { dry_run: true }, headers: { 'Content-Type': 'text/csv' } };
    const started = await staff.post('/catalog/imports', `${file}?,,,,,,,,\n`, csv);
    const { id: importId } = compare('importCatalogItems', started).body as { id: string };
    const path = `/catalog/imports/${importId}`;
    await until('the import', async () => bodyOf(await staff.get(path)).state === 'succeeded');
    compare('getCatalogImport', await staff.get(path));
    compare('listCatalogImports', await staff.get('/catalog/imports'));

    compare('runJob', await staff.post('/admin/jobs/replay-orders/run', requestExample('runJob')));
    await staff.post('/admin/jobs/price-pending/run');
    compare('refreshRates', await staff.post('/admin/rates/refresh'));
    const jobs = compare('listJobs', await staff.get('/admin/jobs'));
    const shown = (operation('listJobs').responses[200] as OpenApiReply).content?.['application/json']
      ?.example as { items: { name: string; description: string; cron: string }[] };
    const { name, description, cron } = shown.items[0]!;
    expect(bodyOf(jobs).items).toContainEqual(expect.objectContaining({ name, description, cron }));
    compare('listJobRuns', await staff.get('/admin/jobs/price-pending/runs'));
    const runs = bodyOf(await staff.get('/admin/jobs/price-pending/runs')).items as { id: string }[];
    compare('getJobRun', await staff.get(`/admin/jobs/price-pending/runs/${runs[0]?.id}`));
    compare('listRates', await staff.get('/admin/rates'));
  });

  it('match the server’s replies about the catalog', async () => {
    const type = compare(
      'createPackageType',
      await admin.post('/types', requestExample('createPackageType')),
    );
    const path = `/types/${bodyOf(type).id}`;
    compare('getPackageType', await api.get(path));
    const name = requestExample('renamePackageType');
    compare('renamePackageType', await admin.patch(path, name, anyVersion));
    compare('archivePackageType', await admin.post(`${path}/archive`));
    compare('restorePackageType', await admin.post(`${path}/restore`));

    const item = '/catalog/items/BOOTS-42';
    compare('putCatalogItem', await admin.put(item, requestExample('putCatalogItem')));
    compare('putCatalogItem', await admin.put(item, requestExample('putCatalogItem'), anyVersion));
    compare('getCatalogItem', await admin.get(item));
    compare('listCatalogItems', await admin.get('/catalog/items'));
    compare('archiveCatalogItem', await admin.post(`${item}/archive`));
    compare('restoreCatalogItem', await admin.post(`${item}/restore`));
  });

  it('match the server’s replies about orders', async () => {
    await admin.put('/catalog/items/ABC-1', {
      ...{ name: 'Winter boots', brand: 'Nordkapp' },
      price: { amount: '19.90', currency: 'USD' },
    });
    compare('placeOrder', await admin.post('/orders', requestExample('placeOrder')));
    const { broker, close } = await openBroker(loadConfig('all', { DATABASE_URL: database.url }));
    const messages = [
      streamedOrder,
      ...['a', 'b'].map((uid) => ({ ...streamedOrder, order_uid: uid, customer_id: '' })),
    ];
    await broker.publish(
      'orders.order.placed.v1',
      messages.map((message) => ({ body: Buffer.from(JSON.stringify(message)) })),
    );
    await close();
    await until('the dead letters', async () => {
      const { body } = await admin.get('/orders/dead-letters');
      return (body as { items: object[] }).items.length === 2;
    });
    compare('getOrder', await admin.get(`/orders/${streamedOrder.order_uid}`));
    compare('listOrders', await admin.get('/orders', { query: { customer_id: streamedOrder.customer_id } }));

    const letters = compare('listDeadLetters', await admin.get('/orders/dead-letters'));
    const [one, other] = bodyOf(letters).items.map(
      (letter) => `/orders/dead-letters/${(letter as { id: string }).id}`,
    );
    compare('getDeadLetter', await admin.get(one!));
    compare(
      'correctDeadLetter',
      await admin.put(`${one}/correction`, { order: { ...streamedOrder, order_uid: 'a' } }, anyVersion),
    );
    compare('redriveDeadLetter', await admin.post(`${one}/redrive`, requestExample('redriveDeadLetter')));
    compare('redriveDeadLetters', await admin.post('/orders/dead-letters/redrive', {}));
    compare('discardDeadLetter', await admin.post(`${other}/discard`, requestExample('discardDeadLetter')));
  });

  it('match the server’s replies about tickets', async () => {
    const user = { email: 'support@example.com', role: 'agent', password: 'ten calm toads on a log' };
    await admin.post('/users', user);
    const signedIn = await api.post('/auth/login', { email: user.email, password: user.password });
    const staff = api.as({ cookie: cookieOf(signedIn) });
    const opened = compare('openTicket', await staff.post('/tickets', requestExample('openTicket')));
    const ticket = `/tickets/${bodyOf(opened).id}`;
    compare('editTicket', await staff.patch(ticket, requestExample('editTicket'), anyVersion));
    compare('getTicket', await staff.get(ticket));
    compare('listTickets', await staff.get('/tickets'));
    compare('writeComment', await staff.post(`${ticket}/comments`, requestExample('writeComment')));
    compare('listComments', await staff.get(`${ticket}/comments`));
    compare('listTicketHistory', await staff.get(`${ticket}/history`));
    const other = bodyOf(await staff.post('/tickets', requestExample('openTicket'))).id;
    const transition = requestExample('transitionTicket');
    compare('transitionTicket', await staff.post(`/tickets/${other}/transitions`, transition));
    await staff.post(`${ticket}/transitions`, { to: 'closed' });
    compare('openFollowUp', await staff.post(`${ticket}/follow-up`, requestExample('openFollowUp')));
  });

  it('are all compared', async () => {
    for (const [operationId, path] of [
      ['getLiveness', '/livez'],
      ['getReadiness', '/readyz'],
      ['getOpenApiDocument', '/api/openapi.json'],
    ] as const)
      compare(operationId, await api.get(path));
    const withExample = operations().filter(({ responses }) =>
      Object.entries(responses).some(
        ([status, reply]) => status < '300' && 'content' in reply && reply.content?.['application/json'],
      ),
    );
    const names = withExample.map(({ operationId }) => operationId);
    expect(names.filter((name) => !compared.has(name as string))).toEqual([]);
  });
});

const until = (what: string, isDone: () => Promise<boolean>) =>
  eventually(async () => (await isDone()) || undefined, { describe: what });

const cookieOf = (reply: Response): string => String(reply.headers['set-cookie']).split(';', 1)[0] as string;

/** Returns differences between an example and a reply in fields, enums and types. Values may differ; null matches any type. */
function differences(
  document: OpenApi,
  schema: OpenApiSchema,
  example: unknown,
  real: unknown,
  place = '',
): string[] {
  const named = schema.$ref
    ? document.components.schemas[schema.$ref.split('/').at(-1) as string]
    : undefined;
  const { properties, items, anyOf, enum: values, additionalProperties } = named ?? schema;
  if (anyOf && !properties) {
    const [one, ...others] = anyOf.filter(({ type }) => type !== 'null');
    const isOpen = real === null || example === null || others.length > 0; // any of the types is valid
    return isOpen ? [] : differences(document, one ?? {}, example, real, place);
  }
  if (real === null || example === null) return [];
  if (Array.isArray(example) && Array.isArray(real))
    return differences(document, items ?? {}, example[0], real[0], `${place}[]`);
  if (typeof example !== typeof real)
    return [`${place}: ${typeof example} in the example, ${typeof real} in the reply`];
  if (typeof real === 'object' && !additionalProperties) {
    const keys = new Set([...Object.keys(example as object), ...Object.keys(real)]);
    return [...keys].flatMap((key) => {
      const at = `${place}/${key}`;
      const [a, b] = [example, real].map((one) => (one as Record<string, unknown>)[key]);
      if (a === undefined || b === undefined)
        return [`${at} is only in the ${a === undefined ? 'reply' : 'example'}`];
      return differences(document, properties?.[key] ?? {}, a, b, at);
    });
  }
  return values && !MOVING.test(place) && example !== real
    ? [`${place}: ${String(example)}, but ${String(real)}`]
    : [];
}

// These values depend on the time of the test and on the source of the rates.
const MOVING = /\/(?:state|trigger|source)$|\[\]/;
