import { fastify, type FastifyInstance } from 'fastify';
import { RouteTable } from '../routes/route-table';
import { Load } from './load';
import { shedLoad } from './shed-load';

class FullLoad extends Load {
  full = true;
  count = 0;

  override get isOverloaded(): boolean {
    return this.full;
  }

  override enter(): void {
    this.count += 1;
  }

  override leave(): void {
    this.count -= 1;
  }
}

describe('an overloaded server', () => {
  let server: FastifyInstance;
  let url: string;
  const load = new FullLoad();

  beforeAll(async () => {
    server = fastify();
    const routes = new RouteTable();
    shedLoad(server, routes, load);
    routes.collect(server);
    const config = (more: object) => ({ config: { access: 'public', ...more } as object });
    server.get('/livez', config({ limit: 'none' }), () => ({ status: 'ok' }));
    server.post('/things', config({}), () => ({ inProgress: load.count }));
    server.get('/things', config({}), () => ({ inProgress: load.count }));
    url = await server.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => server.close());
  beforeEach(() => (load.full = true));

  const post = (body?: string) =>
    fetch(`${url}/things`, {
      method: 'POST',
      headers: { 'x-request-id': 'r1', 'content-type': 'application/json' },
      ...(body !== undefined && { body }),
    });

  it('refuses with a problem document and Retry-After', async () => {
    const reply = await post('{}');
    expect(reply.status).toBe(503);
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'retry-after': '1',
      'x-request-id': 'r1',
      'cache-control': 'no-store',
      'content-type': 'application/problem+json; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    expect(await reply.json()).toMatchObject({ code: 'unavailable', instance: '/things', request_id: 'r1' });
  });

  it('still serves health checks and metrics, with any query', async () => {
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/livez?at=1`)).status).toBe(200);
  });

  it.each([
    ['a body', () => post('{}')],
    ['no body', () => fetch(`${url}/things`)],
  ])('counts a request with %s once while it is in progress', async (_, ask) => {
    load.full = false;
    expect(await (await ask()).json()).toEqual({ inProgress: 1 });
    expect(load.count).toBe(0);
  });
});
