import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Api, connect } from './api';
import { ContractViolation } from './contract';
import type { OpenApi } from './openapi';

const text = { type: 'string' };

const document: OpenApi = {
  openapi: '3.1.0',
  info: { version: '1.0.0', description: 'Things.' },
  tags: [],
  paths: {
    '/api/v1/things': {
      post: {
        requestBody: {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/NewThing' } } },
        },
        parameters: [{ name: 'dry_run', in: 'query', schema: { type: 'boolean' } }],
        responses: {
          '201': {
            description: 'Made',
            headers: {
              'X-Request-Id': { $ref: '#/components/headers/XRequestId' },
              'Retry-After': { required: false, schema: { type: 'integer' } },
            },
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
          },
          '409': { $ref: '#/components/responses/Taken' },
        },
      },
    },
    '/api/v1/things/{id}': {
      delete: {
        responses: {
          '202': {
            description: 'Going',
            headers: { 'X-Request-Id': { $ref: '#/components/headers/XRequestId' } },
          },
          '204': {
            description: 'Gone',
            headers: { 'X-Request-Id': { $ref: '#/components/headers/XRequestId' } },
          },
        },
      },
    },
    '/api/v1/things/new': {
      get: { responses: { '200': { description: 'Text', content: { 'text/plain': { schema: text } } } } },
    },
  },
  components: {
    schemas: {
      NewThing: { type: 'object', properties: { name: text }, required: ['name'] },
      Thing: {
        type: 'object',
        properties: {
          id: { type: 'string', format: 'uuid' },
          size: { type: ['integer', 'null'] },
          owner: { anyOf: [{ $ref: '#/components/schemas/NewThing' }, { type: 'null' }] },
        },
        required: ['id', 'size'],
      },
      Problem: {
        type: 'object',
        properties: { type: text, status: { type: 'integer' }, title: text, code: text, request_id: text },
        required: ['type', 'status', 'title', 'code', 'request_id'],
      },
    },
    headers: { XRequestId: { required: true, schema: text } },
    responses: {
      Taken: {
        description: 'Taken',
        headers: { 'X-Request-Id': { $ref: '#/components/headers/XRequestId' } },
        content: {
          'application/problem+json': {
            schema: {
              $ref: '#/components/schemas/Problem',
              properties: { code: { enum: ['thing_taken', 'thing_locked'] }, status: { enum: [409] } },
            },
          },
        },
      },
    },
  },
};

interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const PROBLEM_TYPE = { 'content-type': 'application/problem+json; charset=utf-8' };
const ID = { 'x-request-id': 'r1' };
const thing = { id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11', size: 1 };
const made: Reply = { status: 201, headers: { ...JSON_TYPE, ...ID }, body: thing };
const taken = {
  type: 'urn:waybill:problem:thing_taken',
  status: 409,
  title: 'Conflict',
  code: 'thing_taken',
  request_id: 'r1',
};
const unknownRoute = {
  type: 'urn:waybill:problem:route_not_found',
  title: 'Not Found',
  status: 404,
  detail: 'There is nothing.',
  instance: '/api/v1/nothing',
  code: 'route_not_found',
  request_id: 'r1',
  errors: [],
};
const unknownMethod = {
  ...unknownRoute,
  title: 'Method Not Allowed',
  status: 405,
  code: 'method_not_allowed',
};

describe('the client of the end-to-end tests', () => {
  let server: Server;
  let reply: Reply;
  let api: Api;
  let seen: Record<string, unknown>;

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen = { url: request.url, ...request.headers };
      const { status, headers, body } =
        request.url === '/api/openapi.json' ? { status: 200, headers: JSON_TYPE, body: document } : reply;
      response.writeHead(status, headers);
      response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    api = await connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const violations = async (planted: Reply, call = () => api.post('/things', { name: 'a' })) => {
    reply = planted;
    const error: unknown = await call().catch((caught: unknown) => caught);
    if (!(error instanceof ContractViolation)) throw new Error(`no violation was reported: ${String(error)}`);
    return error.violations.join('\n');
  };

  it.each<[string, Reply]>([
    ['a reply as declared', made],
    ['a null where one is declared', { ...made, body: { ...thing, size: null, owner: null } }],
    ['an optional header', { ...made, headers: { ...made.headers, 'retry-after': '2' } }],
    ['a declared problem', { status: 409, headers: { ...PROBLEM_TYPE, ...ID }, body: taken }],
  ])('accepts %s', async (_, planted) => {
    reply = planted;
    await expect(api.post('/things', { name: 'a' })).resolves.toMatchObject({ status: planted.status });
  });

  it.each<[string, Reply, RegExp]>([
    ['a status', { ...made, status: 200 }, /the status is not one of 201, 409/],
    [
      'a media type',
      { ...made, headers: { ...ID, 'content-type': 'text/html' } },
      /media type text\/html is not one of application\/json/,
    ],
    ['a missing header', { ...made, headers: JSON_TYPE }, /x-request-id is missing/],
    [
      'an undeclared header',
      { ...made, headers: { ...made.headers, location: '/x' } },
      /location is not declared/,
    ],
    [
      "a header's value",
      { ...made, headers: { ...made.headers, 'retry-after': 'soon' } },
      /retry-after: soon: \/ must be integer/,
    ],
    ['a missing member', { ...made, body: { id: thing.id } }, /must have required property 'size'/],
    ['an extra member', { ...made, body: { ...thing, secret: 1 } }, /additional properties .*secret/],
    ['an extra member deep inside', { ...made, body: { ...thing, owner: { name: 'a', pin: 1 } } }, /pin/],
    ['a type', { ...made, body: { ...thing, size: '1' } }, /\/size must be integer,null/],
    ['a format', { ...made, body: { ...thing, id: 'x' } }, /\/id must match format "uuid"/],
    [
      "a problem's code",
      { status: 409, headers: { ...PROBLEM_TYPE, ...ID }, body: { ...taken, code: 'other' } },
      /the code other is not one of thing_taken, thing_locked/,
    ],
    ...[{ title: 'Gone' }, { type: 'urn:waybill:problem:other' }, { status: 410 }, { colour: 'red' }].map(
      (change): [string, Reply, RegExp] => [
        `a problem's ${Object.keys(change)[0]}`,
        { status: 409, headers: { ...PROBLEM_TYPE, ...ID }, body: { ...taken, ...change } },
        /title Gone|type urn:waybill:problem:other|\/status|colour/,
      ],
    ),
    [
      "a problem's request id",
      { status: 409, headers: { ...PROBLEM_TYPE, ...ID }, body: { ...taken, request_id: 'r2' } },
      /request_id is not X-Request-Id/,
    ],
  ])('refuses %s that differs from the declaration', async (_, planted, message) => {
    expect(await violations(planted)).toMatch(message);
  });

  it('refuses a body where none is declared', async () => {
    reply = { status: 204, headers: ID };
    await expect(api.delete('/things/1/')).resolves.toMatchObject({ status: 204 });
    expect(
      await violations({ status: 202, headers: ID, body: 'gone' }, () => api.delete('/things/1')),
    ).toMatch(/has a body, and none is declared/);
    const call = () => api.get('/things/new');
    expect(await violations({ status: 200, headers: { 'content-type': 'text/html' } }, call)).toMatch(
      /media type/,
    );
  });

  it('fails when the server accepts an undeclared field or parameter', async () => {
    expect(await violations(made, () => api.post('/things', { name: 'a', colour: 'red' }))).toMatch(
      /accepted a body that is not declared.*colour/,
    );
    expect(
      await violations(made, () => api.post('/things', { name: 'a' }, { query: { force: true } })),
    ).toMatch(/accepted the query parameter force/);
  });

  it('matches the path with the most fixed segments', async () => {
    reply = { status: 200, headers: { 'content-type': 'text/plain' }, body: 'a text' };
    await expect(api.get('/things/new')).resolves.toMatchObject({ text: 'a text' });
  });

  it('requires a problem document for routes that are not in the document', async () => {
    reply = { status: 404, headers: { ...PROBLEM_TYPE, ...ID }, body: unknownRoute };
    await expect(api.get('/nothing')).resolves.toMatchObject({ status: 404 });
    reply = { status: 405, headers: { ...PROBLEM_TYPE, ...ID, allow: 'POST' }, body: unknownMethod };
    await expect(api.put('/things', {})).resolves.toMatchObject({ status: 405 });

    const nothing = () => api.get('/nothing');
    expect(await violations({ status: 200, headers: { ...JSON_TYPE, ...ID }, body: {} }, nothing)).toMatch(
      /has no such route/,
    );
    const html: Reply = { status: 404, headers: { ...ID, 'content-type': 'text/html' }, body: 'no' };
    expect(await violations(html, nothing)).toMatch(/media type text\/html/);
    const extra: Reply = {
      status: 404,
      headers: { ...PROBLEM_TYPE, ...ID },
      body: { ...unknownRoute, stack: 'x' },
    };
    expect(await violations(extra, nothing)).toMatch(/stack/);
    const noAllow: Reply = { status: 405, headers: { ...PROBLEM_TYPE, ...ID }, body: unknownMethod };
    expect(await violations(noAllow, () => api.put('/things', {}))).toMatch(/Allow is missing/);
  });

  it('sends credentials, a query, headers, and an unchanged text', async () => {
    reply = made;
    const options = { query: { dry_run: true }, headers: { 'If-Match': '"1"' } };
    await api.as({ key: 'k' }).post('/things', '{"name":"a"}', options);
    expect(seen).toMatchObject({
      url: '/api/v1/things?dry_run=true',
      authorization: 'Bearer k',
      'if-match': '"1"',
      'content-type': 'application/json',
    });
    await api.as({ key: 'k' }).as({ cookie: 'c=1' }).post('/things', { name: 'a' });
    expect(seen).toMatchObject({ cookie: 'c=1' });
    expect(seen.authorization).toBeUndefined();
    await api.as({ key: 'k' }).anonymous().post('/things', { name: 'a' });
    expect(seen.authorization).toBeUndefined();
  });

  it('shows the request, the violations and the reply in the error', async () => {
    reply = { ...made, status: 200 };
    await expect(api.post('/things', { name: 'a' })).rejects.toThrow(
      /POST \/api\/v1\/things → 200 breaks the OpenAPI document:\n {2}- the status is not one of 201, 409\n\{"id"/,
    );
  });
});
