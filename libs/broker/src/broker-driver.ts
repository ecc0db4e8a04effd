import type { BatchHandler, ConsumeOptions } from './batch-consumer';
import type { BrokerHealth } from './broker-health';
import type { PreparedMessage } from './messages';
import type { Topic } from './topics';

/** A consumer of a topic. */
export interface Subscription {
  /** Finishes the batches that are being handled, for a limited time, and gives back the other messages. */
  stop(timeoutMs: number): Promise<void>;
}

/** A message broker behind the `Broker` port. */
export interface BrokerDriver {
  readonly health: BrokerHealth;
  /** Returns the size of the largest message that the broker takes. */
  maxMessageBytes(timeoutMs: number): Promise<number>;
  /** Resolves when all messages are durable. May leave some published when it throws. */
  publish(topic: Topic, messages: readonly PreparedMessage[], timeoutMs: number): Promise<void>;
  /** Starts consuming in the background, and starts again after each failure. */
  consume(topic: Topic, handler: BatchHandler, options?: ConsumeOptions): Subscription;
  /** Returns the number of messages that are not acknowledged. */
  lag(topic: Topic, timeoutMs: number): Promise<number>;
  close(): Promise<void>;
}
