import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Logger } from '@nestjs/common';
import { brokerAddress } from '@waybill/config';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { selfSignedCertificate } from '../../../../test/support/certificate';
import { brokerUrl } from '../../../../test/support/database';
import { eventually } from '../../../../test/support/poll';
import { type TestBroker, describeBroker } from '../../test/contract';
import { Broker } from '../broker';
import type { ReceivedMessage } from '../messages';
import { topics } from '../topics';
import { RabbitMqDriver } from './rabbitmq-driver';

const url = brokerUrl('rabbitmq');
const [TOPIC] = topics;
const body = Buffer.from('{}');
const newPrefix = () => `test-${randomBytes(6).toString('hex')}`;

describeBroker('RabbitMQ', url === undefined ? undefined : () => startPlace(url));

(url === undefined ? describe.skip : describe)('RabbitMQ', () => {
  let prefix: string;
  let queue: string;
  let model: ChannelModel;
  let channel: Channel;
  let broker: Broker;
  let warnings: string[];

  beforeEach(async () => {
    warnings = [];
    jest
      .spyOn(Logger.prototype, 'warn')
      .mockImplementation((text: unknown) => void warnings.push(String(text)));
    jest.spyOn(Logger.prototype, 'debug').mockReturnValue(undefined);
    prefix = newPrefix();
    queue = `${prefix}.${TOPIC}`;
    model = await connect(url!);
    channel = await model.createChannel();
    broker = new Broker(new RabbitMqDriver({ address: brokerAddress.parse(url), prefix }));
  });
  afterEach(async () => {
    await broker.close();
    await channel.deleteQueue(queue);
    await model.close();
    jest.restoreAllMocks();
  });
  const consume = () => {
    const received: ReceivedMessage[] = [];
    broker.consume(TOPIC, async (batch) => void received.push(...batch));
    return received;
  };

  /** Uses a separate channel, because RabbitMQ closes the channel if the queue does not exist. */
  const consumersOf = async (name: string) => {
    const asking = await model.createChannel();
    asking.on('error', () => undefined); // the call reports it
    const { consumerCount } = await asking.checkQueue(name);
    await asking.close();
    return consumerCount;
  };

  it('has a durable quorum queue that returns messages without limit', async () => {
    await broker.publish(TOPIC, [{ body }]);
    // RabbitMQ refuses the call if the arguments differ from those of the queue.
    const quorum = { 'x-queue-type': 'quorum', 'x-delivery-limit': 2_000_000_000 };
    await channel.assertQueue(queue, { durable: true, arguments: quorum });
    const message = await channel.get(queue);
    expect(message).toMatchObject({ properties: { deliveryMode: 2 } });
  });

  it('reports why it cannot publish to or consume a queue with other arguments', async () => {
    await channel.assertQueue(queue, { durable: true });
    await expect(broker.publish(TOPIC, [{ body }])).rejects.toThrow(/PRECONDITION_FAILED.*x-/);
    consume();
    await eventually(() => /PRECONDITION_FAILED/.test(warnings.join()), { describe: 'a warning is logged' });
  });

  it('reports a message to a queue that was deleted, and creates the queue again', async () => {
    await broker.publish(TOPIC, [{ body }]);
    await channel.deleteQueue(queue);
    await expect(broker.publish(TOPIC, [{ body }])).rejects.toThrow(/does not exist/);
    await broker.publish(TOPIC, [{ body }]);
    expect(await broker.lag(TOPIC)).toBe(1);
  });

  it('consumes again after its queue was deleted', async () => {
    const received = consume();
    await broker.publish(TOPIC, [{ body }]);
    await eventually(() => received.length === 1, { describe: 'the message arrives' });
    await channel.deleteQueue(queue);
    // Publishing earlier would create the queue at the same moment, which confuses RabbitMQ 3.10: it delivers nothing.
    await eventually(async () => (await consumersOf(queue)) === 1, {
      describe: 'the queue is consumed again',
    });
    await broker.publish(TOPIC, [{ id: 'last', body }]);
    await eventually(() => received.at(-1)?.id === 'last', { describe: 'consuming works again' });
  });

  it('gives an ID to messages of other publishers, and shows only headers that are text', async () => {
    await broker.lag(TOPIC);
    channel.sendToQueue(queue, Buffer.from('hello'), {
      headers: { a: 'b', 'x-origin': 'c', deep: { d: 1 } },
    });
    const received = consume();
    await eventually(() => received.length === 1, { describe: 'the message arrives' });
    expect(received[0]).toEqual({
      id: createHash('sha256').update('hello').digest('hex'),
      body: Buffer.from('hello'),
      headers: { a: 'b' },
      deliveryCount: 1,
    });
  });

  it('connects by amqps:// only with the given certificates', async () => {
    const { cert, key } = selfSignedCertificate();
    const { host, port } = brokerAddress.parse(url).servers[0]!;
    const tls = createTlsServer({ cert, key }, (socket) => {
      const upstream = connectTcp(port, host).on('error', () => socket.destroy());
      socket
        .on('error', () => upstream.destroy())
        .pipe(upstream)
        .pipe(socket);
    }).listen(0, '127.0.0.1');
    tls.on('tlsClientError', () => undefined); // the client reports it
    await once(tls, 'listening');
    const { username, password, pathname } = new URL(url!);
    const secure = `amqps://${username}:${password}@localhost:${(tls.address() as AddressInfo).port}${pathname}`;
    const publish = async (certificateAuthority?: string) => {
      const address = brokerAddress.parse(secure);
      const driver = new RabbitMqDriver({ address, prefix, certificateAuthority });
      const over = new Broker(driver, { publishMs: 2_000, drainMs: 0 });
      await over.publish(TOPIC, [{ body }]).finally(() => over.close());
    };
    await publish(cert);
    expect(await broker.lag(TOPIC)).toBe(1);
    await expect(publish()).rejects.toThrow(/self.signed certificate/);
    tls.close();
  });
});

async function startPlace(rabbitMqUrl: string): Promise<TestBroker> {
  const prefix = newPrefix();
  const address = brokerAddress.parse(rabbitMqUrl);
  const remove = async () => {
    const connection = await connect(rabbitMqUrl);
    const channel = await connection.createChannel();
    for (const topic of topics) await channel.deleteQueue(`${prefix}.${topic}`);
    await connection.close();
  };
  return {
    isSeparate: true,
    address: address.servers[0]!,
    open: (server) => new RabbitMqDriver({ address: { ...address, servers: [server] }, prefix }),
    remove,
  };
}
