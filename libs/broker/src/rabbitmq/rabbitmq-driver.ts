import { withTimeout } from '@waybill/core';
import type { BatchHandler, ConsumeOptions } from '../batch-consumer';
import { type BrokerAccess, serversOf } from '../broker-access';
import type { BrokerDriver, Subscription } from '../broker-driver';
import { BrokerHealth } from '../broker-health';
import { MAX_MESSAGE_BYTES, type PreparedMessage } from '../messages';
import type { ReconnectingConnection } from '../reconnecting-connection';
import type { Topic } from '../topics';
import { type RabbitMqConnection, rabbitMqConnections } from './rabbitmq-connection';
import { RabbitMqSubscription } from './rabbitmq-subscription';
import { RabbitMqPublisher } from './rabbitmq-publisher';
import { ensureQueue } from './rabbitmq-queue';

export interface RabbitMqDriverOptions extends BrokerAccess {
  prefix: string;
}

/** RabbitMQ: a quorum queue per topic. */
export class RabbitMqDriver implements BrokerDriver {
  readonly health: BrokerHealth;
  /**
   * A separate connection, because RabbitMQ reads no acknowledgements from a connection that it has blocked for
   * publishing.
   */
  private readonly consuming: ReconnectingConnection<RabbitMqConnection>;
  private readonly publishing: ReconnectingConnection<RabbitMqConnection>;
  private readonly publisher: RabbitMqPublisher;
  private readonly subscriptions = new Map<RabbitMqSubscription, Topic>();

  constructor(private readonly options: RabbitMqDriverOptions) {
    this.health = new BrokerHealth(`RabbitMQ at ${serversOf(options)}`);
    this.consuming = rabbitMqConnections(options, this.health);
    this.publishing = rabbitMqConnections(options, this.health);
    this.publisher = new RabbitMqPublisher(this.publishing);
  }

  /** The default of RabbitMQ 4. Older servers accept larger messages. */
  maxMessageBytes(): Promise<number> {
    return Promise.resolve(MAX_MESSAGE_BYTES);
  }

  publish(topic: Topic, messages: readonly PreparedMessage[], timeoutMs: number): Promise<void> {
    return this.publisher.publish(this.queueOf(topic), messages, timeoutMs);
  }

  consume(topic: Topic, handler: BatchHandler, options?: ConsumeOptions): Subscription {
    const queue = this.queueOf(topic);
    const subscription = new RabbitMqSubscription(topic, queue, this.consuming, handler, options);
    this.subscriptions.set(subscription, topic);
    return {
      stop: async (timeoutMs) => {
        await subscription.stop(timeoutMs);
        this.subscriptions.delete(subscription);
      },
    };
  }

  /** Counts the messages in the queue and the messages in flight in this process. */
  lag(topic: Topic, timeoutMs: number): Promise<number> {
    return withTimeout(this.count(topic, timeoutMs), timeoutMs);
  }

  async close(): Promise<void> {
    await Promise.all([this.consuming.close(), this.publishing.close()]);
  }

  private async count(topic: Topic, timeoutMs: number): Promise<number> {
    const { model } = await this.consuming.use(timeoutMs);
    const channel = await model.createChannel();
    channel.on('error', () => undefined); // the call below reports it
    const waiting = await ensureQueue(channel, this.queueOf(topic));
    await channel.close();
    const own = Array.from(this.subscriptions).filter(([, consumed]) => consumed === topic);
    return own.reduce((sum, [{ inFlight }]) => sum + inFlight, waiting);
  }

  private queueOf(topic: Topic): string {
    return `${this.options.prefix}.${topic}`;
  }
}
