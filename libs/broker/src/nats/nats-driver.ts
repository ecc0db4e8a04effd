import type { Consumer, JsMsg } from '@nats-io/jetstream';
import { headers as newHeaders, type MsgHdrs } from '@nats-io/transport-node';
import { withTimeout } from '@waybill/core';
import {
  BatchConsumer,
  type BatchHandler,
  type ConsumeOptions,
  type Capacity,
  type Settlement,
} from '../batch-consumer';
import { type BrokerAccess, serversOf } from '../broker-access';
import type { BrokerDriver, Subscription } from '../broker-driver';
import { BrokerHealth } from '../broker-health';
import { MAX_MESSAGE_BYTES, type PreparedMessage, type ReceivedMessage } from '../messages';
import { PullSubscription, type Puller } from '../pull-subscription';
import type { ReconnectingConnection } from '../reconnecting-connection';
import type { Topic } from '../topics';
import { type NatsConnection, natsConnections } from './nats-connection';
import { NatsTopic } from './nats-topic';

const ID_HEADER = 'Message-Id';
/** Timeout of a consumer for a connection or a reply. */
const TIMEOUT_MS = 5_000;
/** Timeout of a flush. Without it, a flush on a lost connection would never end. */
const FLUSH_MS = 2_000;
/** Duration of a pull request. The minimum of the client, because stopping waits for the end of the request. */
const PULL_MS = 1_000;
/** The default of NATS servers. */
const DEFAULT_MAX_PAYLOAD = 1024 * 1024;

/** A delivery. Only the connection that received it can settle it. */
interface NatsDelivery {
  received: JsMsg;
  connection: NatsConnection['connection'];
  message: ReceivedMessage;
}

export interface NatsDriverOptions extends BrokerAccess {
  prefix: string;
  /** Time after which the messages of a dead process are redelivered. */
  ackWaitMs?: number;
}

/** NATS JetStream: a file-based stream per topic, read by a durable pull consumer with explicit acknowledgements. */
export class NatsDriver implements BrokerDriver {
  readonly health: BrokerHealth;
  private readonly connections: ReconnectingConnection<NatsConnection>;
  /** Streams and consumers that are known to exist on the current connection. */
  private readonly streams = new Map<Topic, NatsConnection>();
  private readonly consumers = new Map<Topic, { connected: NatsConnection; consumer: Consumer }>();
  private readonly ackWaitMs: number;

  constructor(private readonly options: NatsDriverOptions) {
    this.ackWaitMs = options.ackWaitMs ?? 10_000;
    this.health = new BrokerHealth(`NATS at ${serversOf(options)}`);
    this.connections = natsConnections(options, this.health);
  }

  async maxMessageBytes(timeoutMs: number): Promise<number> {
    return Math.min(MAX_MESSAGE_BYTES, maxPayloadOf(await this.connections.use(timeoutMs)));
  }

  async publish(topic: Topic, messages: readonly PreparedMessage[], timeoutMs: number): Promise<void> {
    const connected = await this.connections.use(timeoutMs);
    const { subject } = this.topic(topic);
    try {
      await withTimeout(this.ensureStream(topic, connected), timeoutMs);
      await Promise.all(
        messages.map(({ body, id, headers }) =>
          connected.client.publish(subject, body, { headers: encode(id, headers), timeout: timeoutMs }),
        ),
      );
    } catch (error) {
      this.streams.delete(topic); // it may have been deleted
      throw error;
    }
  }

  consume(topic: Topic, handler: BatchHandler, options?: ConsumeOptions): Subscription {
    const settle = (settlements: readonly Settlement<NatsDelivery>[]) =>
      send(
        settlements.map(({ delivery }) => delivery),
        ({ received }, n) => {
          const { nackAfterMs } = settlements[n]!;
          if (nackAfterMs === undefined) received.ack();
          else received.nak(nackAfterMs);
        },
      );
    const batches = new BatchConsumer<NatsDelivery>(topic, handler, settle, options);
    const puller: Puller<NatsDelivery> = {
      extendEveryMs: this.ackWaitMs / 3,
      pull: (capacity) => this.pull(topic, capacity, batches),
      extend: (deliveries) => send(deliveries, ({ received }) => received.working()),
    };
    return new PullSubscription(batches, puller);
  }

  async lag(topic: Topic, timeoutMs: number): Promise<number> {
    const connected = await this.connections.use(timeoutMs);
    return withTimeout(this.topic(topic).lag(connected), timeoutMs);
  }

  close(): Promise<void> {
    return this.connections.close();
  }

  private async pull(topic: Topic, capacity: Capacity, batches: BatchConsumer<NatsDelivery>): Promise<void> {
    const connected = await this.connections.use(TIMEOUT_MS);
    const { connection } = connected;
    // A pull request can limit messages or bytes, but not both. So this assumes messages of the maximum size.
    const maxMessages = Math.floor(capacity.bytes / maxPayloadOf(connected)) || 1;
    try {
      const consumer = await this.consumerOf(topic, connected);
      // Never cancels the request: messages in transit would not be redelivered before their lease ends.
      for await (const received of await consumer.fetch({
        max_messages: Math.min(capacity.messages, maxMessages),
        expires: PULL_MS,
      }))
        batches.add({ received, connection, message: decode(received) });
    } catch (error) {
      this.consumers.delete(topic); // it may have been deleted
      throw error;
    } finally {
      if (connection.isClosed()) batches.dropWaiting(); // they could not be acknowledged
    }
  }

  private async ensureStream(topic: Topic, connected: NatsConnection): Promise<void> {
    if (this.streams.get(topic) === connected) return;
    await this.topic(topic).ensureStream(connected);
    this.streams.set(topic, connected);
  }

  private async consumerOf(topic: Topic, connected: NatsConnection): Promise<Consumer> {
    const known = this.consumers.get(topic);
    if (known?.connected === connected) return known.consumer;
    const consumer = await this.topic(topic).ensureConsumer(connected);
    this.consumers.set(topic, { connected, consumer });
    return consumer;
  }

  private topic(topic: Topic): NatsTopic {
    return new NatsTopic(this.options.prefix, topic, this.ackWaitMs);
  }
}

const maxPayloadOf = ({ connection }: NatsConnection): number =>
  connection.info?.max_payload ?? DEFAULT_MAX_PAYLOAD;

/** Sends a command for each delivery, and waits until the server has received them all. */
async function send(
  deliveries: readonly NatsDelivery[],
  command: (delivery: NatsDelivery, n: number) => void,
): Promise<void> {
  for (const [n, delivery] of deliveries.entries()) command(delivery, n);
  const connections = new Set(deliveries.map(({ connection }) => connection));
  await withTimeout(Promise.all(Array.from(connections, (connection) => connection.flush())), FLUSH_MS);
}

function encode(id: string, given: Readonly<Record<string, string>>): MsgHdrs {
  const headers = newHeaders();
  for (const [name, value] of Object.entries(given)) headers.set(name, value);
  headers.set(ID_HEADER, id);
  return headers;
}

function decode({ data, headers, info }: JsMsg): ReceivedMessage {
  const given = Object.fromEntries(Array.from(headers ?? [], ([name, [value]]) => [name, value ?? '']));
  const { [ID_HEADER]: id = `${info.stream}:${info.streamSequence}`, ...rest } = given;
  return {
    id,
    body: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    headers: rest,
    deliveryCount: info.deliveryCount,
  };
}
