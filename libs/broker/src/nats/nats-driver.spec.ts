import { randomBytes } from 'node:crypto';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Logger } from '@nestjs/common';
import { connect, type NatsConnection, nkeys } from '@nats-io/transport-node';
import { brokerAddress } from '@waybill/config';
import { selfSignedCertificate } from '../../../../test/support/certificate';
import { brokerUrl } from '../../../../test/support/database';
import { eventually } from '../../../../test/support/poll';
import { type TestBroker, describeBroker, LEASE_MS } from '../../test/contract';
import { describeWithNatsServer, startNatsServer } from '../../test/nats-server';
import { Broker } from '../broker';
import type { ReceivedMessage } from '../messages';
import { topics } from '../topics';
import { NatsDriver } from './nats-driver';

const url = brokerUrl('nats');
const [TOPIC] = topics;
const body = Buffer.from('{}');
const newPrefix = () => `test-${randomBytes(6).toString('hex')}`;

describeBroker('NATS JetStream', url === undefined ? undefined : () => startPlace(url));

(url === undefined ? describe.skip : describe)('NATS JetStream', () => {
  let prefix: string;
  let stream: string;
  let connection: NatsConnection;
  let manager: JetStreamManager;
  let broker: Broker;

  beforeEach(async () => {
    for (const level of ['warn', 'debug'] as const)
      jest.spyOn(Logger.prototype, level).mockReturnValue(undefined);
    prefix = newPrefix();
    stream = `${prefix}_${TOPIC.replaceAll('.', '_')}`;
    connection = await connect({ servers: url });
    manager = await jetstreamManager(connection);
    broker = new Broker(new NatsDriver({ address: brokerAddress.parse(url), prefix, ackWaitMs: LEASE_MS }));
  });
  afterEach(async () => {
    await broker.close();
    await manager.streams.delete(stream);
    await connection.close();
    jest.restoreAllMocks();
  });
  const consume = () => {
    const received: ReceivedMessage[] = [];
    broker.consume(TOPIC, async (batch) => void received.push(...batch));
    return received;
  };

  it('keeps messages in a file until they are acknowledged, and refuses new ones when the stream is full', async () => {
    await broker.publish(TOPIC, [{ body }]);
    const { config } = await manager.streams.info(stream);
    expect(config).toMatchObject({
      subjects: [`${prefix}.${TOPIC}`],
      retention: 'workqueue',
      storage: 'file',
      discard: 'new',
      max_age: 0,
    });
    await manager.streams.update(stream, { max_msgs: 2 });
    await expect(broker.publish(TOPIC, [{ body }, { body }])).rejects.toThrow(/maximum messages exceeded/);
    const received = consume();
    await eventually(async () => (await broker.lag(TOPIC)) === 0, { describe: 'the stream is empty' });
    expect(received).toHaveLength(2);
    await broker.publish(TOPIC, [{ body }]);
  });

  it('keeps the settings of an existing stream, and recreates deleted streams and consumers', async () => {
    await manager.streams.add({ name: stream, subjects: [`${prefix}.${TOPIC}`], max_msgs: 1_000 });
    const received = consume();
    await broker.publish(TOPIC, [{ body }]);
    expect((await manager.streams.info(stream)).config.max_msgs).toBe(1_000);
    await eventually(() => received.length === 1, { describe: 'the message arrives' });

    await manager.streams.delete(stream);
    await eventually(() => broker.publish(TOPIC, [{ body }]).then(() => true), {
      describe: 'publishing works again',
    });
    await eventually(() => received.length > 1, { describe: 'consuming works again' });
    await manager.consumers.delete(stream, 'waybill');
    await broker.publish(TOPIC, [{ id: 'last', body }]);
    await eventually(() => received.at(-1)?.id === 'last', { describe: 'consuming works again' });
  });

  it('updates the acknowledgement time of an existing consumer', async () => {
    await broker.lag(TOPIC);
    const later = new Broker(
      new NatsDriver({ address: brokerAddress.parse(url!), prefix, ackWaitMs: 7_000 }),
    );
    await later.lag(TOPIC);
    await later.close();
    expect((await manager.consumers.info(stream, 'waybill')).config.ack_wait).toBe(7_000_000_000);
  });

  it('gives an ID to messages of other publishers', async () => {
    await broker.lag(TOPIC);
    await jetstream(connection).publish(`${prefix}.${TOPIC}`, 'hello');
    const received = consume();
    await eventually(() => received.length === 1, { describe: 'the message arrives' });
    expect(received[0]).toEqual({
      id: `${stream}:1`,
      body: Buffer.from('hello'),
      headers: {},
      deliveryCount: 1,
    });
  });

  it('refuses a message above the limit of the server', async () => {
    const limit = connection.info!.max_payload;
    await expect(broker.publish(TOPIC, [{ body: Buffer.alloc(limit) }])).rejects.toThrow(
      `but the broker accepts at most ${limit}`,
    );
    await broker.publish(TOPIC, [{ body: Buffer.alloc(limit - 1_000) }]);
  });
});

describeWithNatsServer('a NATS server with TLS and sign-in', () => {
  const { cert, key } = selfSignedCertificate();
  const user = nkeys.createUser();
  let server: Awaited<ReturnType<typeof startNatsServer>>;

  beforeAll(async () => {
    const users = `[{ user: waybill, password: "p@ss" }, { nkey: ${user.getPublicKey()} }]`;
    server = await startNatsServer(
      `tls { cert_file: "cert.pem", key_file: "key.pem" }\nauthorization { users: ${users} }`,
      { 'cert.pem': cert, 'key.pem': key },
    );
  });
  afterAll(() => server.stop());
  afterEach(() => jest.restoreAllMocks());

  const publish = async (login: string, options: { certificateAuthority?: string; credentials?: string }) => {
    const warnings: string[] = [];
    jest
      .spyOn(Logger.prototype, 'warn')
      .mockImplementation((text: unknown) => void warnings.push(String(text)));
    const address = brokerAddress.parse(`tls://${login}localhost:${server.port}`);
    const broker = new Broker(new NatsDriver({ address, prefix: 'test', ...options }), {
      publishMs: 2_000,
      drainMs: 0,
    });
    try {
      await broker.publish(TOPIC, [{ body }]);
      return 'published';
    } catch (error) {
      return `${(error as Error).message} ${warnings.join()}`;
    } finally {
      await broker.close();
    }
  };

  it('accepts a user and a password, and an NKey', async () => {
    const certificateAuthority = cert;
    expect(await publish('waybill:p%40ss@', { certificateAuthority })).toBe('published');
    const credentials = new TextDecoder().decode(user.getSeed());
    expect(await publish('', { certificateAuthority, credentials })).toBe('published');
  });

  it('is not used with an untrusted certificate or a wrong password, and the password is never shown', async () => {
    expect(await publish('waybill:p%40ss@', {})).toMatch(/self.signed certificate/);
    const refusal = await publish('waybill:wr0ng@', { certificateAuthority: cert });
    expect(refusal).toMatch(/Authorization Violation/i);
    expect(refusal).not.toContain('wr0ng');
  });
});

async function startPlace(natsUrl: string): Promise<TestBroker> {
  const prefix = newPrefix();
  const address = brokerAddress.parse(natsUrl);
  const remove = async () => {
    const connection = await connect({ servers: natsUrl });
    const { streams } = await jetstreamManager(connection);
    for await (const { config } of streams.list())
      if (config.name.startsWith(`${prefix}_`)) await streams.delete(config.name);
    await connection.close();
  };
  return {
    isSeparate: true,
    address: address.servers[0]!,
    open: (server) =>
      new NatsDriver({ address: { ...address, servers: [server] }, prefix, ackWaitMs: LEASE_MS }),
    remove,
  };
}
