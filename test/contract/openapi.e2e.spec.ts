import { useServer } from '../support/use-server';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type {
  OpenApi,
  OpenApiMedia,
  OpenApiOperation,
  OpenApiReply,
  OpenApiSchema,
} from '../support/openapi';

const LINT = path.resolve(__dirname, '../../tools/lint-openapi.mjs');

describe('the OpenAPI document of the built application', () => {
  const { server, api } = useServer();
  let document: OpenApi;

  beforeAll(async () => {
    document = api.document;
  });

  const operations = (): [string, OpenApiOperation][] =>
    Object.entries(document.paths).flatMap(([route, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, OpenApiOperation] => [
        `${method.toUpperCase()} ${route}`,
        operation,
      ]),
    );
  const operation = (operationId: string): OpenApiOperation =>
    operations().find(([, one]) => one.operationId === operationId)?.[1] as OpenApiOperation;
  const replyOf = (reply: OpenApiOperation['responses'][string]): OpenApiReply =>
    '$ref' in reply
      ? (document.components.responses?.[reply.$ref.split('/').at(-1) as string] as OpenApiReply)
      : reply;

  /** The codes of an operation's problems by status, read from the examples beside the schemas. */
  const codesOf = (operationId: string): Record<string, string[]> =>
    Object.fromEntries(
      Object.entries(operation(operationId).responses)
        .filter(([status]) => Number(status) >= 400)
        .map(([status, reply]) => [
          status,
          Object.keys(replyOf(reply).content?.['application/problem+json']?.examples ?? {}),
        ]),
    );

  it('follows the rules of redocly.yaml', async () => {
    expect(await lint(server.url)).toEqual({
      code: 0,
      output: expect.stringContaining('is valid') as string,
    });
  });

  it('fails the lint when an operation has no id', async () => {
    const broken = structuredClone(document);
    delete broken.paths['/api/v1/types']?.get?.operationId;
    const host = createServer((_request, response) => response.end(JSON.stringify(broken)));
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    const { code, output } = await lint(`http://127.0.0.1:${(host.address() as AddressInfo).port}`);
    host.close();
    expect(code).toBe(1);
    expect(output).toContain('operation-operationId');
  });

  it.each([
    ['an example without a field', (reply: Record<string, unknown>) => delete reply.expires_at],
    ['an example of another type', (reply: Record<string, unknown>) => (reply.kind = 'customer')],
  ])('breaks these rules with %s', async (_, spoil) => {
    const broken = structuredClone(document);
    const [reply] = Object.values(
      broken.paths['/api/v1/auth/login']?.post?.responses ?? {},
    ) as OpenApiReply[];
    spoil(reply?.content?.['application/json']?.example as Record<string, unknown>);
    const host = createServer((_request, response) => response.end(JSON.stringify(broken)));
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    const { code } = await lint(`http://127.0.0.1:${(host.address() as AddressInfo).port}`);
    host.close();
    expect(code).toBe(1);
  });

  it('gives every operation an id, one described tag, a summary and its access rule', () => {
    const incomplete = operations().filter(
      ([, { operationId, tags, summary, description, security }]) =>
        !/^[a-z]+([A-Z][a-z]+)*$/.test(operationId ?? '') ||
        tags?.length !== 1 ||
        !document.tags.some(({ name, description: words }) => name === tags[0] && words) ||
        !summary ||
        !description?.includes('**Access:**') ||
        !security,
    );
    expect(incomplete.map(([name]) => name)).toEqual([]);
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(10);
  });

  it('shows an example of every body', () => {
    const bodies = operations().flatMap(([name, { requestBody, responses }]) => [
      ...Object.values(requestBody?.content ?? {}).map((media) => [name, media] as const),
      ...Object.values(responses).flatMap((reply) =>
        Object.values(replyOf(reply).content ?? {}).map((media) => [name, media] as const),
      ),
    ]);
    const bare = bodies.filter(([, { example, examples }]) => example === undefined && !examples);
    expect(bare.map(([name]) => name)).toEqual([]);
  });

  it('has a name for every object schema', () => {
    const media = operations().flatMap(([name, { requestBody, responses }]) =>
      [requestBody, ...Object.values(responses).map(replyOf)].flatMap((part) =>
        Object.values(part?.content ?? ({} as Record<string, OpenApiMedia>)).map(
          ({ schema }) => [name, schema] as const,
        ),
      ),
    );
    const inner = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      partsOf(schema).map((part) => [name, part] as const),
    );
    const nameless = [...media, ...inner].filter(([, schema]) => anonymousObjects(schema).length > 0);
    expect(nameless.map(([name]) => name)).toEqual([]);
  });

  it('lists exactly the error codes that each operation can return', () => {
    expect(codesOf('registerPackage')).toEqual({
      400: ['bad_request', 'malformed_json', 'malformed_request'],
      401: ['unauthenticated'],
      403: ['cross_origin_write', 'scope_missing'],
      408: ['request_timeout'],
      409: ['idempotency_key_in_flight'],
      412: ['precondition_failed'],
      413: ['body_too_large'],
      415: ['unsupported_media_type'],
      422: ['body_too_complex', 'idempotency_key_reused', 'validation_failed'],
      429: ['rate_limited'],
      431: ['headers_too_large'],
      500: ['internal_error'],
      503: ['too_many_pending', 'unavailable'],
    });
    expect(codesOf('getRegistration')).toEqual({
      400: ['bad_request', 'malformed_request'],
      401: ['unauthenticated'],
      403: ['scope_missing'],
      404: ['registration_not_found', 'route_not_found'],
      408: ['request_timeout'],
      410: ['registration_expired'],
      412: ['precondition_failed'],
      415: ['unsupported_media_type'],
      429: ['rate_limited'],
      431: ['headers_too_large'],
      500: ['internal_error'],
      503: ['unavailable'],
    });
    expect(codesOf('getLiveness')).toEqual({
      400: ['bad_request', 'malformed_request'],
      408: ['request_timeout'],
      415: ['unsupported_media_type'],
      431: ['headers_too_large'],
      500: ['internal_error'],
      503: ['unavailable'],
    });
  });

  it('states the credentials of each operation', () => {
    expect(operation('listPackageTypes').security).toEqual([]);
    expect(operation('registerPackage')).toMatchObject({
      security: [{ apiKey: [] }, { session: [] }],
      'x-scopes': ['packages:write'],
    });
  });

  it('declares the headers of a reply and of a request', () => {
    const names = (operationId: string, status: number) =>
      Object.keys(replyOf(operation(operationId).responses[status] as OpenApiReply).headers ?? {}).toSorted();
    const limits = ['RateLimit', 'RateLimit-Policy'];
    expect(names('registerPackage', 202)).toEqual(
      [
        ...limits,
        'Cache-Control',
        'Idempotent-Replayed',
        'Location',
        'Retry-After',
        'X-Request-Id',
      ].toSorted(),
    );
    expect(names('listPackages', 200)).toEqual(
      [...limits, 'Cache-Control', 'Link', 'X-Request-Id'].toSorted(),
    );
    expect(names('getPackage', 200)).toEqual([...limits, 'Cache-Control', 'ETag', 'X-Request-Id'].toSorted());
    expect(names('getPackage', 304)).toEqual([...limits, 'Cache-Control', 'ETag', 'X-Request-Id'].toSorted());
    expect(names('getPackage', 401)).toEqual(
      [...limits, 'Cache-Control', 'WWW-Authenticate', 'X-Request-Id'].toSorted(),
    );
    expect(names('openSession', 201)).toEqual([...limits, 'Set-Cookie', 'X-Request-Id'].toSorted());
    expect(names('getLiveness', 200)).toEqual(['X-Request-Id']);
    expect(operation('registerPackage').parameters).toContainEqual({
      $ref: '#/components/parameters/IdempotencyKey',
    });
    expect(operation('getPackage').parameters).toContainEqual({
      $ref: '#/components/parameters/IfNoneMatch',
    });
    const ifMatch = { $ref: '#/components/parameters/IfMatch' };
    expect(operation('changeUser').parameters).toContainEqual({
      $ref: '#/components/parameters/RequiredIfMatch',
    });
    expect(document.components.parameters?.RequiredIfMatch).toMatchObject({
      name: 'If-Match',
      required: true,
    });
    for (const writing of ['rotateApiKey', 'revokeApiKey', 'endSession', 'signOut', 'runJob'])
      expect([writing, operation(writing).parameters]).toEqual([writing, expect.arrayContaining([ifMatch])]);
    expect(operation('createUser').parameters).not.toContainEqual(ifMatch);
  });

  it('forbids unknown request fields and states which fields may be null', () => {
    const { RegisterPackage, Money, Registration, Package } = document.components.schemas;
    expect(RegisterPackage).toMatchObject({ additionalProperties: false });
    expect(RegisterPackage?.required?.toSorted()).toEqual(['content_value', 'name', 'type_id', 'weight_kg']);
    expect(Money).toMatchObject({ additionalProperties: false, required: ['amount', 'currency'] });
    expect(Registration?.required).toEqual(Object.keys(Registration?.properties ?? {}));
    expect(Registration?.properties).toMatchObject({
      id: { type: 'string', format: 'uuid' },
      state: { enum: expect.arrayContaining(['failed', 'pending', 'succeeded']) },
      package_id: { type: ['integer', 'null'] },
      problem: { anyOf: [{ $ref: '#/components/schemas/RegistrationProblem' }, { type: 'null' }] },
      created_at: { type: 'string', format: 'date-time' },
      finished_at: { type: ['string', 'null'], format: 'date-time' },
    });
    expect(Package?.properties?.cost).toMatchObject({
      anyOf: [{ $ref: '#/components/schemas/Roubles' }, { type: 'null' }],
    });
  });

  it('has one schema for errors, narrowed to the codes of each status', () => {
    const { Problem, AuditAction } = document.components.schemas;
    const replies = operations().flatMap(([name, { responses }]) =>
      Object.entries(responses).map(([status, reply]) => ({ name, status, reply: replyOf(reply) })),
    );
    const problems = replies.filter(({ status }) => Number(status) >= 400);
    const codes = problems.flatMap(({ status, reply }) => {
      const media = reply.content?.['application/problem+json'];
      const { schema, examples } = media as OpenApiMedia;
      expect(schema).toEqual({
        $ref: '#/components/schemas/Problem',
        properties: {
          code: { type: 'string', enum: Object.keys(examples ?? {}) },
          status: { type: 'integer', enum: [Number(status)] },
        },
        ...(status === '410' && { required: ['package_id'] }),
      });
      return schema.properties?.code?.enum ?? [];
    });
    expect(Problem?.properties?.code?.enum).toEqual(
      [...new Set([...codes, 'method_not_allowed'])].toSorted(),
    );
    expect(AuditAction?.enum).toEqual(expect.arrayContaining(['user.created', 'registration.accepted']));
  });

  it('has no schema name that is too long for a type', () => {
    const { schemas, responses, parameters, headers } = document.components;
    const names = [schemas, responses, parameters, headers].flatMap((part) => Object.keys(part ?? {}));
    expect(names.filter((name) => name.length >= 40)).toEqual([]);
  });

  it('describes the API, how to get a key and how to keep a session', () => {
    const { version } = JSON.parse(readFileSync(path.resolve(__dirname, '../../package.json'), 'utf8')) as {
      version: string;
    };
    expect(document.info).toMatchObject({ version, license: { name: 'MIT' } });
    expect(document.info.contact).toEqual({ name: expect.any(String) });
    for (const words of ['.data/admin.key', 'npm run admin -- create-key', 'fetch-cookie'])
      expect(document.info.description).toContain(words);
    const names = document.tags.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['sessions', 'auth', 'users', 'api-keys']));
  });

  it('states who may create an API key and shows an example', () => {
    const { ApiKey } = document.components.schemas;
    expect(ApiKey?.properties?.created_by).toMatchObject({
      anyOf: [{ $ref: '#/components/schemas/ApiKeyCreator' }, { type: 'null' }],
    });
    const shown = replyOf(operation('getApiKey').responses[200] as OpenApiReply).content?.[
      'application/json'
    ];
    expect(shown?.example).toMatchObject({
      created_by: { kind: 'user', id: expect.any(String), user_id: expect.any(String) },
    });
  });

  it('is compact and answers 304 when it has not changed', async () => {
    const first = await api.get('/api/openapi.json');
    expect(first.text).not.toContain('\n');
    const etag = first.headers.etag as string;
    const again = await api.get('/api/openapi.json', { headers: { 'If-None-Match': etag } });
    expect(again).toMatchObject({ status: 304, text: '' });
  });
});

/** Finds object schemas without a name. */
function anonymousObjects(schema: OpenApiSchema): OpenApiSchema[] {
  if (schema.$ref) return [];
  // A map, such as the attributes of an item. Generators need no name for it.
  if (typeof schema.additionalProperties === 'object' && !schema.properties)
    return anonymousObjects(schema.additionalProperties);
  return schema.properties || schema.type === 'object' ? [schema] : partsOf(schema).flatMap(anonymousObjects);
}

const partsOf = ({
  properties = {},
  items,
  anyOf = [],
  oneOf = [],
  allOf = [],
}: OpenApiSchema): OpenApiSchema[] => [
  ...Object.values(properties),
  ...(items ? [items] : []),
  ...[...anyOf, ...oneOf, ...allOf],
];

async function lint(url: string): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [LINT, url], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}
