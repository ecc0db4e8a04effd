import type { BatchHandler, ConsumeOptions } from './batch-consumer';
import type { BrokerHealth } from './broker-health';
import type { PreparedMessage } from './messages';
import type { Topic } from './topics';

/** A running consumer of a topic. */
export interface Subscription {
  /** Waits until the running batches end, and returns the other messages to the broker. */
  stop(timeoutMs: number): Promise<void>;
}

/** A message broker behind the `Broker` port. */
export interface BrokerDriver {
  readonly health: BrokerHealth;
  /** Returns the maximum message size of the broker. */
  maxMessageBytes(timeoutMs: number): Promise<number>;
  /** Resolves when all messages are durable. If it throws, some of them may be published. */
  publish(topic: Topic, messages: readonly PreparedMessage[], timeoutMs: number): Promise<void>;
  /** Starts consuming in the background, and restarts after each failure. */
  consume(topic: Topic, handler: BatchHandler, options?: ConsumeOptions): Subscription;
  /** Returns the number of messages that are not acknowledged. */
  lag(topic: Topic, timeoutMs: number): Promise<number>;
  close(): Promise<void>;
}
