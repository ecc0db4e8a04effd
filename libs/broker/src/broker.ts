import { registerScrapedGauge } from '@waybill/observability';
import type { BatchHandler, ConsumeOptions } from './batch-consumer';
import type { BrokerDriver, Subscription } from './broker-driver';
import { InvalidMessageError, PublishFailedError } from './broker.errors';
import { publishedMessages } from './broker.metrics';
import { type OutgoingMessage, type PreparedMessage, prepare } from './messages';
import type { Topic } from './topics';

/** Maximum number of messages to send before the broker has confirmed them. */
const MAX_UNCONFIRMED = 1_000;
const MAX_UNCONFIRMED_BYTES = 4 * 1024 * 1024;
const PUBLISH_TIMEOUT_MS = 5_000;
const LAG_TIMEOUT_MS = 5_000;
const DRAIN_MS = 7_000;

/**
 * The message broker. Delivers each message at least once, so consumers must recognize duplicates. Connects on first
 * use, and reconnects without limit.
 *
 * Order: a single consumer with a concurrency of 1 receives the messages of one `publish` in order, except for
 * redelivered messages.
 */
export class Broker {
  private readonly subscriptions = new Map<Subscription, Topic>();

  constructor(
    private readonly driver: BrokerDriver,
    private readonly timeouts = { publishMs: PUBLISH_TIMEOUT_MS, drainMs: DRAIN_MS },
  ) {}

  /** Product and servers, without credentials. */
  get name(): string {
    return this.driver.health.name;
  }

  /** Whether the broker is reachable; undefined until it is first used. */
  get isReachable(): boolean | undefined {
    return this.driver.health.isReachable;
  }

  /**
   * Publishes messages. Resolves when all of them are durable at the broker.
   * @throws InvalidMessageError if a message is too large or has an invalid ID or header; none is published.
   * @throws PublishFailedError if the broker refuses messages, or does not confirm them in time; some may be published.
   */
  async publish(topic: Topic, messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    try {
      const prepared = prepare(messages, await this.driver.maxMessageBytes(this.timeouts.publishMs));
      for (const chunk of chunksOf(prepared)) {
        await this.driver.publish(topic, chunk, this.timeouts.publishMs);
        publishedMessages.inc({ topic }, chunk.length);
      }
    } catch (cause) {
      if (cause instanceof InvalidMessageError) throw cause;
      throw new PublishFailedError(`${topic}: messages not published: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  /** Consumes a topic until the subscription is stopped. */
  consume(topic: Topic, handler: BatchHandler, options?: ConsumeOptions): { stop(): Promise<void> } {
    const subscription = this.driver.consume(topic, handler, options);
    this.subscriptions.set(subscription, topic);
    this.registerMetrics();
    return { stop: () => this.stop(subscription) };
  }

  /**
   * Returns the number of messages that are not acknowledged. RabbitMQ does not report the messages that other
   * processes have in flight, so they are not counted.
   */
  lag(topic: Topic): Promise<number> {
    return this.driver.lag(topic, LAG_TIMEOUT_MS);
  }

  /** Stops all subscriptions and disconnects. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.subscriptions.keys(), (subscription) => this.stop(subscription)));
    await this.driver.close();
  }

  private async stop(subscription: Subscription): Promise<void> {
    await subscription.stop(this.timeouts.drainMs);
    this.subscriptions.delete(subscription);
  }

  // Registered only in processes that consume, because reading the lag needs a connection.
  private registerMetrics(): void {
    registerScrapedGauge(
      {
        name: 'waybill_broker_lag_messages',
        help: 'Messages that are not acknowledged.',
        labelNames: ['topic'],
      },
      () =>
        Promise.all(
          Array.from(new Set(this.subscriptions.values()), async (topic) => ({
            labels: { topic },
            value: await this.lag(topic),
          })),
        ),
    );
    registerScrapedGauge(
      { name: 'waybill_broker_reachable', help: '1 if the message broker is reachable, 0 if not.' },
      async () => [{ value: this.isReachable ? 1 : 0 }],
    );
  }
}

function* chunksOf(messages: readonly PreparedMessage[]): Generator<readonly PreparedMessage[]> {
  let [from, bytes] = [0, 0];
  for (const [at, { body }] of messages.entries()) {
    if (at > from && (at - from >= MAX_UNCONFIRMED || bytes + body.length > MAX_UNCONFIRMED_BYTES)) {
      yield messages.slice(from, at);
      [from, bytes] = [at, 0];
    }
    bytes += body.length;
  }
  yield messages.slice(from);
}
