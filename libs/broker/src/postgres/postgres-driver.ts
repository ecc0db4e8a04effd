import { withTimeout } from '@waybill/core';
import type { Database } from '@waybill/database';
import {
  BatchConsumer,
  type BatchHandler,
  type ConsumeOptions,
  type Capacity,
  type Settlement,
} from '../batch-consumer';
import type { BrokerDriver, Subscription } from '../broker-driver';
import { BrokerHealth } from '../broker-health';
import { MAX_MESSAGE_BYTES, type PreparedMessage, type ReceivedMessage } from '../messages';
import { PullSubscription, type Puller } from '../pull-subscription';
import type { Topic } from '../topics';
import { type Lease, StreamMessagesRepository } from './stream-messages.repository';

/** Interval at which an idle consumer polls for messages that other processes published. */
const POLL_MS = 100;
const POLL_JITTER_MS = 50;

interface LeasedMessage {
  lease: Lease;
  message: ReceivedMessage;
}

export interface PostgresDriverOptions {
  /** Time after which the messages of a dead process are redelivered. */
  leaseMs?: number;
}

/**
 * The embedded broker: a table in PostgreSQL. A consumer leases messages, extends the leases while it handles the
 * messages, and deletes acknowledged messages.
 */
export class PostgresDriver implements BrokerDriver {
  readonly health = new BrokerHealth('The embedded message broker');
  private readonly messages: StreamMessagesRepository;
  private readonly leaseMs: number;
  /** Callbacks that wake the idle consumers of this process. */
  private readonly wakeCallbacks = new Set<() => void>();

  constructor(database: Database, { leaseMs = 10_000 }: PostgresDriverOptions = {}) {
    this.messages = new StreamMessagesRepository(database);
    this.leaseMs = leaseMs;
  }

  maxMessageBytes(): Promise<number> {
    return Promise.resolve(MAX_MESSAGE_BYTES);
  }

  async publish(topic: Topic, messages: readonly PreparedMessage[], timeoutMs: number): Promise<void> {
    await withTimeout(
      this.observe(() => this.messages.insert(topic, messages)),
      timeoutMs,
    );
    this.wakeIdle();
  }

  consume(topic: Topic, handler: BatchHandler, options?: ConsumeOptions): Subscription {
    const settle = (settlements: readonly Settlement<LeasedMessage>[]) => this.settle(settlements);
    const batches = new BatchConsumer<LeasedMessage>(topic, handler, settle, options);
    const puller: Puller<LeasedMessage> = {
      extendEveryMs: this.leaseMs / 3,
      pull: (capacity) => this.pull(topic, capacity, batches),
      extend: (messages) =>
        this.observe(() =>
          this.messages.extend(
            messages.map(({ lease }) => lease),
            this.leaseMs,
          ),
        ),
    };
    return new PullSubscription(batches, puller);
  }

  lag(topic: Topic, timeoutMs: number): Promise<number> {
    return withTimeout(
      this.observe(() => this.messages.count(topic)),
      timeoutMs,
    );
  }

  close(): Promise<void> {
    return Promise.resolve(); // the pool belongs to the process
  }

  private async pull(topic: Topic, capacity: Capacity, batches: BatchConsumer<LeasedMessage>): Promise<void> {
    const rows = await this.observe(() => this.messages.claim(topic, capacity, this.leaseMs));
    for (const { id, messageId, body, headers, deliveryCount } of rows)
      batches.add({ lease: { id, deliveryCount }, message: { id: messageId, body, headers, deliveryCount } });
    if (rows.length === 0) await this.waitForMessages();
  }

  /** Waits until this process publishes a message, or until the poll interval ends. */
  private waitForMessages(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.wakeCallbacks.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, POLL_MS + Math.random() * POLL_JITTER_MS);
      this.wakeCallbacks.add(wake);
    });
  }

  private async settle(settlements: readonly Settlement<LeasedMessage>[]): Promise<void> {
    const acknowledged: Lease[] = [];
    const returned: (Lease & { afterMs: number })[] = [];
    for (const { delivery, nackAfterMs } of settlements) {
      if (nackAfterMs === undefined) acknowledged.push(delivery.lease);
      else returned.push({ ...delivery.lease, afterMs: nackAfterMs });
    }
    await this.observe(async () => {
      if (acknowledged.length > 0) await this.messages.delete(acknowledged);
      if (returned.length > 0) await this.messages.release(returned);
    });
    if (returned.some(({ afterMs }) => afterMs === 0)) this.wakeIdle();
  }

  private wakeIdle(): void {
    for (const wake of this.wakeCallbacks) wake();
  }

  private async observe<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.health.up();
      return result;
    } catch (error) {
      this.health.down(error as Error);
      throw error;
    }
  }
}
