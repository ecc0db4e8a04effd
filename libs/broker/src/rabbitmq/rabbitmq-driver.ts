import { withTimeout } from '@waybill/core';
import type { BatchHandler, ConsumeOptions } from '../batch-consumer';
import { type BrokerAccess, serversOf } from '../broker-access';
import type { BrokerDriver, Consumption } from '../broker-driver';
import { BrokerHealth } from '../broker-health';
import { MAX_MESSAGE_BYTES, type PreparedMessage } from '../messages';
import type { Reconnecting } from '../reconnecting';
import type { Topic } from '../topics';
import { type RabbitMqConnection, rabbitMqConnections } from './rabbitmq-connection';
import { RabbitMqConsumption } from './rabbitmq-consumption';
import { RabbitMqPublisher } from './rabbitmq-publisher';
import { ensureQueue } from './rabbitmq-queue';

export interface RabbitMqDriverOptions extends BrokerAccess {
  prefix: string;
}

/** RabbitMQ: a quorum queue per topic. */
export class RabbitMqDriver implements BrokerDriver {
  readonly health: BrokerHealth;
  /** RabbitMQ reads no acknowledgements from a connection that it blocks for publishing, hence two connections. */
  private readonly consuming: Reconnecting<RabbitMqConnection>;
  private readonly publishing: Reconnecting<RabbitMqConnection>;
  private readonly publisher: RabbitMqPublisher;
  private readonly consumptions = new Map<RabbitMqConsumption, Topic>();

  constructor(private readonly options: RabbitMqDriverOptions) {
    this.health = new BrokerHealth(`RabbitMQ at ${serversOf(options)}`);
    this.consuming = rabbitMqConnections(options, this.health);
    this.publishing = rabbitMqConnections(options, this.health);
    this.publisher = new RabbitMqPublisher(this.publishing);
  }

  /** RabbitMQ 4 takes as much unless it is configured otherwise, and older servers take more. */
  maxMessageBytes(): Promise<number> {
    return Promise.resolve(MAX_MESSAGE_BYTES);
  }

  publish(topic: Topic, messages: readonly PreparedMessage[], withinMs: number): Promise<void> {
    return this.publisher.publish(this.queueOf(topic), messages, withinMs);
  }

  consume(topic: Topic, handler: BatchHandler, options?: ConsumeOptions): Consumption {
    const queue = this.queueOf(topic);
    const consumption = new RabbitMqConsumption(topic, queue, this.consuming, handler, options);
    this.consumptions.set(consumption, topic);
    return {
      stop: async (withinMs) => {
        await consumption.stop(withinMs);
        this.consumptions.delete(consumption);
      },
    };
  }

  /** Counts the messages in the queue and those that consumers of this process have. */
  lag(topic: Topic, withinMs: number): Promise<number> {
    return withTimeout(this.count(topic, withinMs), withinMs);
  }

  async close(): Promise<void> {
    await Promise.all([this.consuming.close(), this.publishing.close()]);
  }

  private async count(topic: Topic, withinMs: number): Promise<number> {
    const { model } = await this.consuming.use(withinMs);
    const channel = await model.createChannel();
    channel.on('error', () => undefined); // the call below reports it
    const waiting = await ensureQueue(channel, this.queueOf(topic));
    await channel.close();
    const own = Array.from(this.consumptions).filter(([, consumed]) => consumed === topic);
    return own.reduce((sum, [{ inFlight }]) => sum + inFlight, waiting);
  }

  private queueOf(topic: Topic): string {
    return `${this.options.prefix}.${topic}`;
  }
}
