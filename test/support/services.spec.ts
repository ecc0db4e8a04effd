import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { describeServices, findServices as findAll, type ServiceName, SERVICES } from './services';

/** Looks only for these services, because others may run on the standard ports of this machine. */
const findServices = (
  environment: Record<string, string>,
  names: ServiceName[] = ['postgres', 'redis'],
): ReturnType<typeof findAll> =>
  findAll(
    environment,
    SERVICES.filter(({ name }) => names.includes(name)),
  );

/** Starts a server that sends a greeting, and answers every message with the same bytes, or not at all. */
async function serve(
  answer: string | undefined,
  received: string[] = [],
  greeting = '',
): Promise<Server & { port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write(greeting);
    socket.on('data', (data) => {
      received.push(data.toString());
      if (answer !== undefined) socket.write(answer);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = server.close.bind(server);
  return Object.assign(server, {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return close();
    },
  });
}

const CLOSED = 'postgres://postgres@127.0.0.1:1/postgres';

describe('finding services', () => {
  const servers: Server[] = [];
  const fakeServer = async (answer: string | undefined, received?: string[], greeting?: string) => {
    const server = await serve(answer, received, greeting);
    servers.push(server);
    return `127.0.0.1:${server.port}`;
  };
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  it('finds the service that a variable names, and reports why the other one is missing', async () => {
    const received: string[] = [];
    const host = await fakeServer('+OK\r\n+PONG\r\n', received);
    const { found, missing } = await findServices({
      DATABASE_URL: CLOSED,
      REDIS_URL: `redis://:p%40ss@${host}`,
    });
    expect(received.join('')).toBe('*2\r\n$4\r\nAUTH\r\n$4\r\np@ss\r\n*1\r\n$4\r\nPING\r\n');
    expect(found).toEqual([{ name: 'redis', url: `redis://:p%40ss@${host}` }]);
    expect(missing).toEqual([
      { name: 'postgres', reason: expect.stringMatching(/ECONNREFUSED.* at DATABASE_URL/) },
    ]);
    expect(describeServices(found, missing)).toMatch(
      new RegExp(`^found    redis at ${host}\nskipped  postgres: .*ECONNREFUSED.* at DATABASE_URL$`),
    );
  });

  it.each([
    ['refuses', '-NOAUTH Authentication required.\r\n', /NOAUTH/],
    ['speaks something else', 'HTTP/1.1 400 Bad Request\r\n\r\n', /not a Redis/],
    ['stays silent', undefined, /no answer/],
  ])('does not use a Redis server that %s', async (_, answer, reason) => {
    const { missing } = await findServices({
      DATABASE_URL: CLOSED,
      REDIS_URL: `redis://${await fakeServer(answer)},redis://elsewhere:7000`,
    });
    expect(missing).toContainEqual({ name: 'redis', reason: expect.stringMatching(reason) });
  });

  it('finds NATS with JetStream and signs in', async () => {
    const received: string[] = [];
    const host = await fakeServer('PONG\r\n', received, 'INFO {"server_id":"x","jetstream":true}\r\n');
    const BROKER_URL = `nats://waybill:p%40ss@${host}`;
    const { found } = await findServices({ BROKER_URL }, ['nats']);
    expect(found).toEqual([{ name: 'nats', url: BROKER_URL }]);
    expect(received.join('')).toMatch(/^CONNECT \{.*"user":"waybill","pass":"p@ss"\}\r\nPING\r\n$/);
  });

  it.each([
    ['has no JetStream', '', 'INFO {"jetstream":false}\r\n', /no JetStream/],
    ['refuses', "-ERR 'Authorization Violation'\r\n", 'INFO {"jetstream":true}\r\n', /Authorization/],
    ['is something else', '', 'SSH-2.0-OpenSSH\r\n', /not a NATS server/],
    ['stays silent', '', '', /no answer/],
  ])('does not use a NATS server that %s', async (_, answer, greeting, reason) => {
    const BROKER_URL = `nats://${await fakeServer(answer, [], greeting)}`;
    const { missing } = await findServices({ BROKER_URL }, ['nats']);
    expect(missing).toEqual([{ name: 'nats', reason: expect.stringMatching(reason) }]);
  });

  it('looks at BROKER_URL only for the service of its scheme', async () => {
    const { missing } = await findServices({ BROKER_URL: 'amqp://127.0.0.1:1' }, ['rabbitmq']);
    expect(missing[0]!.reason).toMatch(/ECONNREFUSED.* at BROKER_URL$/);
    const elsewhere = await findAll({ BROKER_URL: 'amqp://127.0.0.1:1' }, [
      { ...SERVICES.find(({ name }) => name === 'nats')!, standard: 'nats://127.0.0.1:1' },
    ]);
    expect(elsewhere.missing[0]!.reason).toMatch(/ at 127.0.0.1:1, and BROKER_URL names another service$/);
  });

  it('stops waiting for a silent PostgreSQL at the timeout', async () => {
    const host = await fakeServer(undefined);
    const { missing } = await findServices({
      DATABASE_URL: `postgres://postgres@${host}/postgres`,
      REDIS_URL: 'redis://127.0.0.1:1',
    });
    expect(missing).toContainEqual({
      name: 'postgres',
      reason: expect.stringMatching(/timeout.* at DATABASE_URL/),
    });
  });

  it('looks for no service with TEST_SERVICES=none and refuses any other value', async () => {
    const received: string[] = [];
    const REDIS_URL = `redis://${await fakeServer('+PONG\r\n', received)}`;
    const { found, missing } = await findServices({ TEST_SERVICES: 'none', REDIS_URL, DATABASE_URL: CLOSED });
    expect([found, received]).toEqual([[], []]);
    expect(missing.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
      'postgres: TEST_SERVICES=none',
      'redis: TEST_SERVICES=none',
    ]);
    await expect(findServices({ TEST_SERVICES: 'all' })).rejects.toThrow(
      'TEST_SERVICES must be none or unset',
    );
  });

  it('fails when a required service is missing or unknown, and names it', async () => {
    const REDIS_URL = `redis://${await fakeServer('+PONG\r\n')}`;
    const environment = { DATABASE_URL: CLOSED, REDIS_URL };
    await expect(findServices({ ...environment, REQUIRE_SERVICES: 'redis' })).resolves.toBeDefined();
    await expect(findServices({ ...environment, REQUIRE_SERVICES: 'redis, postgres' })).rejects.toThrow(
      /requires missing services: postgres \(.*ECONNREFUSED/,
    );
    await expect(findServices({ TEST_SERVICES: 'none', REQUIRE_SERVICES: 'redis' })).rejects.toThrow(
      'redis (TEST',
    );
    await expect(findServices({ REQUIRE_SERVICES: 'postgers' })).rejects.toThrow(
      'REQUIRE_SERVICES names postgers; the tests use postgres, redis',
    );
  });
});
