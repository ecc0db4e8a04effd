import { aPackage } from '../support/a-package';
import { useServer } from '../support/use-server';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import request from 'supertest';
import { eventually } from '../support/poll';
import { RawConnection, type RawReply, sendRaw } from '../support/raw-http';
import { type TestServer } from '../support/server';

const BODY_LIMIT = 10_000;
const boots = JSON.stringify(aPackage({ name: 'Зимние ботинки' }));

describe('requests that the framework refuses', () => {
  const { server, start } = useServer({ env: { BODY_LIMIT_BYTES: String(BODY_LIMIT) } });
  let cookie: string;

  const openSession = async (on: TestServer) => {
    const { headers } = await request(on.url).post('/api/v1/sessions');
    return String(headers['set-cookie']).split(';', 1)[0] as string;
  };

  beforeAll(async () => {
    cookie = await openSession(server);
  });

  /** Bytes of a request, with `Connection: close` so that the reply ends. */
  const wire = (line: string, headers: string[] = [], body: string | Buffer = ''): Buffer =>
    Buffer.concat([
      Buffer.from([`${line} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers, '', ''].join('\r\n')),
      Buffer.from(body),
    ]);
  const post = (headers: string[], body: string | Buffer): Buffer =>
    wire(
      'POST /api/v1/packages',
      [`Cookie: ${cookie}`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers],
      body,
    );
  const json = (body: string | Buffer, ...headers: string[]) =>
    post(['Content-Type: application/json', ...headers], body);

  function expectProblem(reply: RawReply | undefined, status: number, code: string): void {
    expect([reply?.status, reply?.headers['content-type']]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
    const problem = JSON.parse(reply!.body) as Record<string, unknown>;
    expect(problem).toEqual({
      type: `urn:waybill:problem:${code}`,
      title: expect.any(String),
      status,
      detail: expect.stringMatching(/\.$/),
      instance: expect.any(String),
      code,
      request_id: reply?.headers['x-request-id'],
      errors: expect.any(Array),
    });
    expect(reply?.headers['cache-control']).toBe('no-store');
  }

  it.each<[string, number, string, () => Buffer | string]>([
    ['an unknown route', 404, 'route_not_found', () => wire('GET /api/v1/nothing')],
    ['a path that leaves the API', 404, 'route_not_found', () => wire('GET /api/v1/../../etc/passwd')],
    [
      'an encoded path that leaves the API',
      404,
      'route_not_found',
      () => wire('GET /api/v1/%2e%2e%2f%2e%2e%2fetc%2fpasswd'),
    ],
    ['a doubled slash', 404, 'route_not_found', () => wire('GET //api/v1/types')],
    ['a target that is not a path', 405, 'method_not_allowed', () => wire('OPTIONS *')],
    [
      'a path value that is too long',
      404,
      'route_not_found',
      () => wire(`GET /api/v1/packages/${'1'.repeat(600)}`),
    ],
    ['a wrong method', 405, 'method_not_allowed', () => wire('DELETE /api/v1/types')],
    ['a rare method', 405, 'method_not_allowed', () => wire('PROPFIND /api/v1/types')],
    ['TRACE', 405, 'method_not_allowed', () => wire('TRACE /api/v1/types')],
    ['a wrong method, encoded', 405, 'method_not_allowed', () => wire('DELETE /api/v1/%74ypes')],
    ['a wrong method and a trailing slash', 405, 'method_not_allowed', () => wire('DELETE /api/v1/types/')],
    ['two trailing slashes', 404, 'route_not_found', () => wire('GET /api/v1/types//')],
    ['a wrong method and two trailing slashes', 404, 'route_not_found', () => wire('DELETE /api/v1/types//')],
    ['an encoded slash', 404, 'route_not_found', () => wire('DELETE /api/v1%2Ftypes')],
    ['CONNECT', 405, 'method_not_allowed', () => wire('CONNECT example.com:443')],
    ['a rare method and an invalid encoding', 400, 'malformed_request', () => wire('PROPFIND /api/v1/%zz')],
    ['an invalid percent-encoding', 400, 'malformed_request', () => wire('GET /api/v1/packages/%zz')],
    ['an encoding that is not UTF-8', 400, 'malformed_request', () => wire('GET /api/v1/packages/%ff')],
    ['no Host', 400, 'malformed_request', () => 'GET /api/v1/types HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['two Hosts', 400, 'malformed_request', () => wire('GET /api/v1/types', ['Host: y'])],
    ['no HTTP', 400, 'malformed_request', () => 'Hello!\r\n\r\n'],
    ['an unknown method', 400, 'malformed_request', () => wire('FETCH /api/v1/types')],
    ['an unknown version', 400, 'malformed_request', () => 'GET / HTTP/7.3\r\nHost: x\r\n\r\n'],
    ['HTTP/2', 400, 'malformed_request', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', 400, 'malformed_request', () => Buffer.from('16030100c8010000c40303', 'hex')],
    ['a header without a name', 400, 'malformed_request', () => wire('GET /api/v1/types', [': x'])],
    ['a folded header', 400, 'malformed_request', () => wire('GET /api/v1/types', ['X-A: b', ' c'])],
    [
      'a Content-Length that is not a number',
      400,
      'malformed_request',
      () => wire('POST /api/v1/sessions', ['Content-Length: ten']),
    ],
    [
      'a negative length',
      400,
      'malformed_request',
      () => wire('POST /api/v1/sessions', ['Content-Length: -1']),
    ],
    [
      'two lengths',
      400,
      'malformed_request',
      () => wire('POST /api/v1/sessions', ['Content-Length: 1', 'Content-Length: 2'], '{}'),
    ],
    [
      'a length and chunks',
      400,
      'malformed_request',
      () => wire('POST /api/v1/sessions', ['Content-Length: 2', 'Transfer-Encoding: chunked'], '{}'),
    ],
    [
      'an unknown transfer coding',
      400,
      'malformed_request',
      () => wire('POST /api/v1/sessions', ['Transfer-Encoding: gzip'], '{}'),
    ],
    [
      'an invalid chunk',
      400,
      'malformed_request',
      () =>
        wire(
          'POST /api/v1/packages',
          [`Cookie: ${cookie}`, 'Content-Type: application/json', 'Transfer-Encoding: chunked'],
          'zz\r\n',
        ),
    ],
    [
      'a header that is too large',
      431,
      'headers_too_large',
      () => wire('GET /api/v1/types', [`X-Large: ${'x'.repeat(20_000)}`]),
    ],
    ['a path that is too long', 431, 'headers_too_large', () => wire(`GET /${'x'.repeat(20_000)}`)],
    ['JSON that does not parse', 400, 'malformed_json', () => json('{"name":')],
    ['JSON that is not UTF-8', 400, 'malformed_json', () => json(Buffer.from('{"name":"\xff"}', 'latin1'))],
    ['JSON that would set a prototype', 422, 'validation_failed', () => json('{"__proto__":{}}')],
    [
      'JSON that is nested too deep',
      422,
      'body_too_complex',
      () => json(`${'['.repeat(4_000)}${']'.repeat(4_000)}`),
    ],
    ['a body without a type', 415, 'unsupported_media_type', () => post([], boots)],
    [
      'a form',
      415,
      'unsupported_media_type',
      () => post(['Content-Type: application/x-www-form-urlencoded'], 'name=b'),
    ],
    [
      'a media type that only begins with application/json',
      415,
      'unsupported_media_type',
      () => post(['Content-Type: application/jsonx'], boots),
    ],
    ['an invalid media type', 415, 'unsupported_media_type', () => post(['Content-Type: json'], boots)],
    [
      'another charset',
      415,
      'unsupported_media_type',
      () => post(['Content-Type: application/json; charset=windows-1251'], boots),
    ],
    [
      'another charset in quotes',
      415,
      'unsupported_media_type',
      () => post(['Content-Type: application/json;a=1; Charset="KOI8-R"'], boots),
    ],
    ['a compressed body', 415, 'unsupported_media_type', () => json(boots, 'Content-Encoding: gzip')],
    ['a Content-Length above the limit', 413, 'body_too_large', () => json(' '.repeat(BODY_LIMIT + 1))],
    [
      'a body that turns out too large',
      413,
      'body_too_large',
      () =>
        wire(
          'POST /api/v1/packages',
          [`Cookie: ${cookie}`, 'Content-Type: application/json', 'Transfer-Encoding: chunked'],
          `${(BODY_LIMIT + 1).toString(16)}\r\n${' '.repeat(BODY_LIMIT + 1)}\r\n0\r\n\r\n`,
        ),
    ],
    ['an unknown query parameter', 400, 'bad_request', () => wire('GET /api/v1/types?colour=red')],
    ['a query parameter on a route without any', 400, 'bad_request', () => wire('POST /api/v1/sessions?a=1')],
    ['a repeated query parameter', 400, 'bad_request', () => wire('GET /api/v1/types?limit=1&limit=2')],
    [
      'a field on a route without a body',
      422,
      'validation_failed',
      () => wire('POST /api/v1/sessions', ['Content-Type: application/json', 'Content-Length: 7'], '{"a":1}'),
    ],
    [
      'a list on a route without a body',
      422,
      'validation_failed',
      () => wire('POST /api/v1/sessions', ['Content-Type: application/json', 'Content-Length: 3'], '[1]'),
    ],
  ])('%s: %i %s', async (_, status, code, bytes) => {
    const replies = await sendRaw(server.url, bytes());
    expect(replies).toHaveLength(1);
    expectProblem(replies[0], status, code);
  });

  it('a letter outside ASCII in the URL, and says how to encode it', async () => {
    const [reply] = await sendRaw(server.url, wire('GET /api/v1/types?name=обувь'));
    expectProblem(reply, 400, 'malformed_request');
    expect(reply?.body).toContain('percent-encoded');
  });

  it.each([
    '',
    ' ',
    'a b',
    'a/b',
    'a?b',
    'a#b',
    'a@b',
    'a:b',
    'a:1:2',
    'a:65536',
    ':80',
    'a%zz',
    '[::1',
    '[::g]',
    '[]',
    '<a>',
    'a, b',
    'é',
  ])('the Host %j: 400', async (host) => {
    const head = `GET /api/v1/types HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    const [reply] = await sendRaw(server.url, Buffer.from(head));
    expectProblem(reply, 400, 'malformed_request');
  });

  it.each(['', 'a@b', 'a:b', 'a%zz', '[::g]'])('the host %j in the target: 400', async (host) => {
    const [reply] = await sendRaw(server.url, wire(`GET http://${host}/api/v1/types`));
    expectProblem(reply, 400, 'malformed_request');
  });

  it.each(['x', 'X.example:8000', '127.0.0.1:80', '[::1]:8000', '[::1]', 'a_b', 'a%20b', 'x:', 'localhost.'])(
    'accepts the Host %s',
    async (host) => {
      const head = `GET /livez HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      expect((await sendRaw(server.url, head))[0]?.status).toBe(200);
    },
  );

  it('does not repeat a foreign host when the target is a whole URL', async () => {
    const [page] = await sendRaw(server.url, wire('GET http://evil.example/api/v1/types?limit=1'));
    expect(page?.headers.link).toMatch(/^<\/api\/v1\/types\?limit=1&cursor=[\w-]+>; rel="next"$/);
    const [refused] = await sendRaw(server.url, wire('GET http://evil.example/nothing?x'));
    expect(JSON.parse(refused!.body)).toMatchObject({ instance: '/nothing' });
    const [root] = await sendRaw(server.url, wire('GET http://evil.example?x'));
    expect([root?.status, JSON.parse(root!.body).instance]).toEqual([400, '/']);
  });

  describe('Expect: 100-continue', () => {
    const head = (...headers: string[]): string =>
      [
        'POST /api/v1/packages HTTP/1.1',
        'Host: x',
        'Connection: close',
        'Expect: 100-continue',
        ...headers,
        '',
        '',
      ].join('\r\n');
    const length = `Content-Length: ${Buffer.byteLength(boots)}`;
    const type = 'Content-Type: application/json';

    it.each<[string, number, () => string[]]>([
      ['without credentials', 401, () => [type, length]],
      ['with a body that is too large', 413, () => [type, 'Content-Length: 99999999', `Cookie: ${cookie}`]],
      ['with a body of another type', 415, () => ['Content-Type: text/csv', length, `Cookie: ${cookie}`]],
    ])('%s gets a reply without 100 Continue: %i', async (_, status, headers) => {
      const replies = await sendRaw(server.url, head(...headers()));
      expect(replies.map((reply) => reply.status)).toEqual([status]);
    });

    it('sends 100 Continue once for an acceptable request', async () => {
      const connection = await RawConnection.open(server.url);
      connection.send(head(type, length, `Cookie: ${cookie}`));
      await eventually(() => connection.text.startsWith('HTTP/1.1 100 '), { describe: 'the 100 Continue' });
      const replies = await connection.send(boots).replies();
      expect(replies.map(({ status }) => status)).toEqual([100, 202]);
    });
  });

  it.each<[string, number, () => Buffer]>([
    ['charset UTF-8', 202, () => post(['Content-Type: application/JSON;Charset=UTF-8'], boots)],
    ['charset utf8', 202, () => post(['Content-Type: application/json; charset="utf8"'], boots)],
    ['an unknown media type parameter', 202, () => post(['Content-Type: application/json; v=1'], boots)],
    ['a byte order mark', 202, () => json(`\ufeff${boots}`)],
    ['Content-Encoding identity', 202, () => json(boots, 'Content-Encoding: identity')],
    [
      'a GET with a query, a body and a trailing slash',
      200,
      () => wire('GET /api/v1/types/?limit=1', ['Content-Length: 2'], '{}'),
    ],
    [
      'an empty object on a route without a body',
      201,
      () => wire('POST /api/v1/sessions', ['Content-Type: application/json', 'Content-Length: 2'], '{}'),
    ],
    [
      'an empty body with a JSON media type',
      201,
      () => wire('POST /api/v1/sessions', ['Content-Type: application/json']),
    ],
    ['an unknown expectation', 200, () => wire('GET /api/v1/types', ['Expect: wonders'])],
    ['a whole URL as the target', 200, () => wire('GET http://x/api/v1/types')],
  ])('accepted requests: %s: %i', async (_, status, bytes) => {
    const [reply] = await sendRaw(server.url, bytes());
    expect([reply?.status, reply?.headers['content-type']]).toEqual([
      status,
      'application/json; charset=utf-8',
    ]);
  });

  it('accepts HTTP/1.0 without a Host header', async () => {
    expect((await sendRaw(server.url, 'GET /livez HTTP/1.0\r\n\r\n'))[0]?.status).toBe(200);
  });

  it('lists the allowed methods of a path', async () => {
    const [reply] = await sendRaw(server.url, wire('PATCH /api/v1/sessions/current'));
    expect(reply?.headers.allow).toBe('DELETE, GET, HEAD');
  });

  it('answers 400 when the body is shorter than its Content-Length', async () => {
    const connection = await RawConnection.open(server.url);
    const [reply] = await connection.send(json(boots).subarray(0, -5)).end().replies();
    expectProblem(reply, 400, 'malformed_request');
  });

  it('answers a malformed request on a connection that served a good one', async () => {
    const connection = await RawConnection.open(server.url);
    connection.send('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => connection.text.endsWith('}'), { describe: 'the first reply has arrived' });
    const [first, second, ...more] = await connection.send('Hello!\r\n\r\n').replies();
    expect([first?.status, more]).toEqual([200, []]);
    expectProblem(second, 400, 'malformed_request');
  });

  it('keeps a safe request id and replaces any other', async () => {
    const idOf = async (given: string) =>
      (await sendRaw(server.url, wire('GET /api/v1/nothing', [`X-Request-Id: ${given}`])))[0]?.headers[
        'x-request-id'
      ];
    expect(await idOf('build-7:42')).toBe('build-7:42');
    expect(await idOf('a b')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idOf('x'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
    const credentials = [
      `waybill_${'aB3'.repeat(16)}x`,
      readFileSync(join(server.dataDir, 'admin.key'), 'utf8').trim(),
      cookie.split('=')[1] as string,
      `session-${cookie.split('=')[1]}`,
    ];
    for (const credential of credentials) {
      const id = await idOf(credential);
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      await eventually(() => server.output().includes(String(id)), {
        describe: 'the log line of the request is written',
      });
      // The key is printed at the start, with the curl commands, but not in the log.
      const lines = server.output().split('\n');
      expect(lines.filter((line) => line.startsWith('{') && line.includes(credential))).toEqual([]);
    }
  });

  it('sets security headers on every reply, problems included', async () => {
    for (const line of ['GET /api/v1/types', 'GET /api/v1/nothing', 'GET /api/v1/packages']) {
      const [reply] = await sendRaw(server.url, wire(line));
      expect(reply?.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'content-security-policy': expect.stringContaining("default-src 'self'"),
      });
      expect(reply?.headers).not.toHaveProperty('x-powered-by');
    }
  });

  it('answers 503 on open connections and finishes requests in flight while the server stops', async () => {
    const stopping = await start();
    const own = await openSession(stopping);
    const body = Buffer.from(boots);
    const connection = await RawConnection.open(stopping.url);
    const head = [
      'POST /api/v1/packages HTTP/1.1',
      'Host: x',
      `Cookie: ${own}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ];
    connection.send(`${head.join('\r\n')}\r\n\r\n`).send(body.subarray(0, 10));
    // When the server has answered a later request, it has begun with this one.
    await request(stopping.url).get('/livez').expect(200);
    const stopped = stopping.stop();
    await eventually(
      () =>
        fetch(stopping.url).then(
          () => false,
          () => true,
        ),
      {
        describe: 'the server does not listen',
      },
    );
    connection.send(body.subarray(10)).send('GET /api/v1/types HTTP/1.1\r\nHost: x\r\n\r\n');
    const [underWay, late] = await connection.replies();
    expect(underWay?.status).toBe(202);
    expectProblem(late, 503, 'unavailable');
    expect(late?.headers).toMatchObject({ 'retry-after': '1', connection: 'close' });
    await stopped;
  });
});
