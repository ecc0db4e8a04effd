import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Body, Controller, Get, HttpCode, Module, Param, Post, Put, Req } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConfigModule, loadConfig } from '@waybill/config';
import { checkIfMatch, DomainError, RequestContext, requireIfMatch, TransactionContext } from '@waybill/core';
import { computed, Database, statement, value, DatabaseModule } from '@waybill/database';
import type { FastifyRequest } from 'fastify';
import request, { type Response } from 'supertest';
import { sendRaw } from '../../../test/support/raw-http';
import { useDatabase } from '../../../test/support/use-database';
import { Authenticated, Public } from './access/access.decorators';
import { PRINCIPAL_RESOLVER, type PrincipalResolver } from './access/principal-resolver';
import { createHttpApplication } from './http-application';
import { HttpModule } from './http.module';
import { Idempotent } from './idempotency/idempotent';
import { ETag } from './preconditions/etag';
import { Matched } from './preconditions/matched';
import { Location } from './replies/reply-headers';
import { Ctx } from './request-context';
import { type StreamedBody, StreamsCsv } from './requests/streamed-bodies';
import { Undocumented } from './routes/undocumented.decorator';
import { IsText } from './validation/decorators';
import { IntegerId } from './validation/path-ids';

class ThingNotFoundError extends DomainError {
  static override readonly code = 'thing_not_found';
  static override readonly kind = 'not_found';
}

class ThingLockedError extends DomainError {
  static override readonly code = 'thing_locked';
  static override readonly kind = 'conflict';
}

class RenameDto {
  @IsText(1, 10)
  name!: string;
}

const things = new Map([
  [1, { id: 1, name: 'one', locked: false }],
  [2, { id: 2, name: 'two', locked: true }],
]);

function find(id: number) {
  const thing = things.get(id);
  if (!thing) throw new ThingNotFoundError('There is no such thing.');
  return thing;
}

// Routes of kinds that the API does not have yet.
@Controller('things')
class ThingsController {
  constructor(private readonly database: Database) {}

  @Get(':id')
  @Public()
  @Undocumented()
  @ETag()
  get(@Param('id', IntegerId) id: number): object {
    return find(id);
  }

  @Put(':id')
  @Public()
  @Undocumented()
  @ETag()
  @Matched()
  rename(@Ctx() ctx: RequestContext, @Param('id', IntegerId) id: number, @Body() dto: RenameDto): object {
    const thing = find(id);
    requireIfMatch(ctx, thing);
    if (thing.locked) throw new ThingLockedError('It is locked.');
    return Object.assign(thing, dto);
  }

  @Post()
  @Authenticated()
  @Undocumented()
  @Idempotent()
  @ETag()
  @Location<{ id: string }>(({ id }) => `/things/${id}`)
  create(@Body() { name }: RenameDto): object {
    return { id: randomUUID(), name };
  }

  @Post(':id/poke')
  @HttpCode(204)
  @Authenticated()
  @Undocumented()
  @Idempotent()
  @Matched()
  async poke(@Ctx() ctx: RequestContext, @Param('id', IntegerId) id: number): Promise<void> {
    await this.database.execute(ctx, 'INSERT INTO pokes VALUES ($1)', [id]);
    checkIfMatch(ctx, find(id));
  }

  @Post('file')
  @Public()
  @Undocumented()
  @StreamsCsv()
  async measure(@Req() { body }: FastifyRequest): Promise<object> {
    let bytes = 0;
    for await (const chunk of body as StreamedBody) bytes += chunk.length;
    return { bytes };
  }

  @Get(':id/broken')
  @Public()
  @Undocumented()
  broken(): never {
    throw new Error('a secret of ours');
  }
}

const resolver: PrincipalResolver = {
  secretIn: ({ authorization }) =>
    authorization === undefined ? undefined : { kind: 'api_key', hash: Buffer.from(authorization) },
  resolve: (_, { hash }) => {
    const id = String(hash);
    return Promise.resolve({ kind: 'api_key', id, ownerId: id, ownerIds: [id], scopes: new Set() });
  },
};

const REQUEST_TIMEOUT_MS = 2_000;

describe('the API conventions on test routes', () => {
  const { database, onClose } = useDatabase();
  let app: NestFastifyApplication;
  let url: string;

  beforeAll(async () => {
    const config = loadConfig('all', {});
    @Module({
      imports: [
        ConfigModule.register(config),
        DatabaseModule.register({
          url: database.url,
          poolSize: 4,
          logSql: false,
          entities: [],
          migrations: [],
        }),
        HttpModule,
      ],
      controllers: [ThingsController],
      providers: [{ provide: PRINCIPAL_RESOLVER, useValue: resolver }],
      exports: [PRINCIPAL_RESOLVER],
    })
    class PlantedModule {}
    const silent = { log() {}, error() {}, warn() {} };
    app = await createHttpApplication(PlantedModule, {
      bodyLimitBytes: 10_000,
      csvLimitBytes: 20_000,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      logger: silent,
      observe() {},
    });
    onClose(() => app.close());
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    await app.get(Database).execute(new TransactionContext(), 'CREATE TABLE pokes (thing integer)');
  });

  const put = (path: string, body: object, ifMatch?: string) =>
    request(url)
      .put(path)
      .set(ifMatch === undefined ? {} : { 'If-Match': ifMatch })
      .send(body);
  const post = (path: string, key: string, body?: object, owner = randomUUID()) =>
    request(url).post(path).set({ Authorization: owner, 'Idempotency-Key': key }).send(body);
  const told = ({ status, body }: Response) => [status, (body as { code?: string }).code];

  describe('a PUT', () => {
    it('checks the body, then existence, then the precondition, then conflicts', async () => {
      expect(told(await put('/things/9', {}, '"x"'))).toEqual([422, 'validation_failed']);
      expect(told(await put('/things/9', { name: 'x' }))).toEqual([404, 'thing_not_found']);
      expect(told(await put('/things/2', { name: 'x' }))).toEqual([428, 'precondition_required']);
      expect(told(await put('/things/2', { name: 'x' }, '"x"'))).toEqual([412, 'precondition_failed']);
      const { headers } = await request(url).get('/things/2');
      expect(told(await put('/things/2', { name: 'x' }, headers.etag))).toEqual([409, 'thing_locked']);
    });

    it('accepts the ETag of a GET once and returns the next one', async () => {
      const before = String((await request(url).get('/things/1')).headers.etag);
      const done = await put('/things/1', { name: 'first' }, before).expect(200);
      expect(told(await put('/things/1', { name: 'second' }, before))).toEqual([412, 'precondition_failed']);
      expect((await request(url).get('/things/1')).headers.etag).toBe(done.headers.etag);
      await put('/things/1', { name: 'second' }, done.headers.etag).expect(200);
    });
  });

  describe('an idempotent POST', () => {
    it('replays its status, body, Location and ETag', async () => {
      const [key, owner] = [randomUUID(), randomUUID()];
      const first = await post('/things', key, { name: 'x' }, owner).expect(201);
      const repeat = await post('/things/', key, { name: 'x' }, owner).expect(201);
      expect(first.headers.etag).toMatch(/^"/);
      expect(repeat.text).toBe(first.text);
      for (const header of ['location', 'etag'])
        expect([header, repeat.headers[header]]).toEqual([header, first.headers[header]]);
      expect(repeat.headers['idempotent-replayed']).toBe('true');
    });

    it('replays a reply without a body and does not repeat the effect', async () => {
      const [key, owner] = [randomUUID(), randomUUID()];
      for (const replayed of [undefined, 'true']) {
        const reply = await post('/things/1/poke', key, undefined, owner).expect(204);
        expect([reply.text, reply.headers['idempotent-replayed']]).toEqual(['', replayed]);
      }
      expect(await pokes()).toEqual([1]);
    });

    it('stores nothing after a failed attempt', async () => {
      const before = await pokes();
      expect(told(await post('/things/9/poke', randomUUID()))).toEqual([404, 'thing_not_found']);
      expect(await pokes()).toEqual(before);
    });

    it('replays regardless of If-Match, and creates nothing when If-Match can’t match', async () => {
      const [key, owner] = [randomUUID(), randomUUID()];
      const stale = { 'If-Match': '"x"' };
      const make = () => post('/things', key, { name: 'x' }, owner);
      expect(told(await make().set(stale))).toEqual([412, 'precondition_failed']);
      const first = await make().expect(201);
      expect((await make().set(stale).expect(201)).text).toBe(first.text);
      const poked = await pokes();
      expect(told(await post('/things/1/poke', randomUUID()).set(stale))).toEqual([
        412,
        'precondition_failed',
      ]);
      expect(await pokes()).toEqual(poked);
    });

    it('refuses its key on another path', async () => {
      const [key, owner] = [randomUUID(), randomUUID()];
      await post('/things/1/poke', key, undefined, owner).expect(204);
      expect(told(await post('/things/2/poke', key, undefined, owner))).toEqual([
        422,
        'idempotency_key_reused',
      ]);
    });

    const pokes = async () => {
      const poke = computed({ thing: value.int('thing') });
      const rows = await app
        .get(Database)
        .rows(new TransactionContext(), statement(poke, `SELECT ${poke} FROM pokes`));
      return rows.map(({ thing }) => thing);
    };
  });

  it.each([
    ['headers', 'GET /things/1 HTTP/1.1\r\nHost: x\r\n'],
    [
      'a body',
      'PUT /things/1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    ],
  ])('stops waiting for %s after the request timeout', async (_, beginning) => {
    const started = performance.now();
    const [reply] = await sendRaw(url, beginning);
    expect(reply?.status).toBe(408);
    expect(performance.now() - started).toBeLessThan(3 * REQUEST_TIMEOUT_MS);
  });

  it('waits longer for a body that the route reads as a stream', async () => {
    async function* file() {
      yield Buffer.from('sku\n');
      await delay(REQUEST_TIMEOUT_MS + 500);
      yield Buffer.from('A\n');
    }
    const reply = await fetch(`${url}/things/file`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/csv' },
      body: ReadableStream.from(file()),
      duplex: 'half',
    } as RequestInit);
    expect([reply.status, await reply.json()]).toEqual([201, { bytes: 6 }]);
  });

  it('hides the message of an internal error', async () => {
    const { status, body, text } = await request(url).get('/things/1/broken');
    expect([status, body.code]).toEqual([500, 'internal_error']);
    expect(text).not.toMatch(/secret|stack|spec/);
  });
});
