import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { withTimeout } from '@waybill/core';
import type { Channel, ConsumeMessage } from 'amqplib';
import { backoffMs } from '../backoff';
import { BatchConsumer, type BatchHandler, type ConsumeOptions, type Settlement } from '../batch-consumer';
import type { Subscription } from '../broker-driver';
import type { ReceivedMessage } from '../messages';
import type { ReconnectingConnection } from '../reconnecting-connection';
import type { Topic } from '../topics';
import type { RabbitMqConnection } from './rabbitmq-connection';
import { decode, ensureQueue } from './rabbitmq-queue';

const TIMEOUT_MS = 5_000;
const CLOSE_MS = 1_000;
/** Prefetch while messages are large, and number of deliveries until the full prefetch is used again. */
const SMALL_PREFETCH = 8;
const SMALL_PREFETCH_DELIVERIES = 200;
const RETRY_DELAYS = { initialMs: 100, maxMs: 10_000 };

/** A delivery. Only the channel that received it can settle it. */
interface RabbitMqDelivery {
  raw: ConsumeMessage;
  channel: Channel;
  message: ReceivedMessage;
}

/**
 * Consumes a queue. RabbitMQ pushes messages up to the prefetch limit. It has no delayed redelivery, so this keeps a
 * delayed message until its delay ends. Such a message counts towards the prefetch limit.
 */
export class RabbitMqSubscription implements Subscription {
  private readonly logger = new Logger('Broker');
  private readonly stopping = new AbortController();
  private readonly batches: BatchConsumer<RabbitMqDelivery>;
  private readonly unacknowledged = new Set<RabbitMqDelivery>();
  private readonly delayed = new Set<NodeJS.Timeout>();
  private readonly stopped = once(this.stopping.signal, 'abort');
  private readonly consuming: Promise<void>;
  /** Number of deliveries until the full prefetch is used again. */
  private smallPrefetchLeft = 0;
  private draining: Promise<boolean> | undefined;

  constructor(
    topic: Topic,
    private readonly queue: string,
    private readonly connections: ReconnectingConnection<RabbitMqConnection>,
    handler: BatchHandler,
    options?: ConsumeOptions,
  ) {
    const settle = async (settlements: readonly Settlement<RabbitMqDelivery>[]) => this.settle(settlements);
    this.batches = new BatchConsumer(topic, handler, settle, options);
    this.consuming = this.consumeUntilStopped();
  }

  /** Number of messages that this consumer has not acknowledged. */
  get inFlight(): number {
    return this.unacknowledged.size;
  }

  async stop(timeoutMs: number): Promise<void> {
    this.draining = this.batches.stop(timeoutMs);
    this.stopping.abort();
    await this.draining;
    await this.consuming;
  }

  private async consumeUntilStopped(): Promise<void> {
    const { signal } = this.stopping;
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.consumeOnOneChannel();
        failures = 0;
      } catch (error) {
        this.logger.debug((error as Error).message);
        await delay(backoffMs(failures++, RETRY_DELAYS), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Consumes until the channel is lost or the consumer is stopped. */
  private async consumeOnOneChannel(): Promise<void> {
    const { model } = await this.connections.use(TIMEOUT_MS);
    const channel = await withTimeout(model.createChannel(), TIMEOUT_MS);
    channel.on('error', (error: Error) => this.logger.warn(`${this.queue}: ${error.message}`));
    const lost = new Promise<void>((resolve) => void channel.once('close', () => resolve()));
    try {
      const consumerTag = await withTimeout(this.subscribe(channel), TIMEOUT_MS);
      await Promise.race([lost, this.stopped]);
      if (this.stopping.signal.aborted) await withTimeout(channel.cancel(consumerTag), CLOSE_MS);
    } finally {
      await this.closeChannel(channel);
    }
  }

  private async subscribe(channel: Channel): Promise<string> {
    const { maxInFlight } = this.batches;
    await channel.prefetch(this.smallPrefetchLeft > 0 ? Math.min(SMALL_PREFETCH, maxInFlight) : maxInFlight);
    await ensureQueue(channel, this.queue);
    const { consumerTag } = await channel.consume(this.queue, (raw) => {
      // Null if the queue was deleted: the next channel creates it again.
      if (raw === null) return void channel.close().catch(() => undefined);
      const delivery = { raw, channel, message: decode(raw) };
      this.unacknowledged.add(delivery);
      this.batches.add(delivery);
      this.adaptPrefetch(channel);
    });
    return consumerTag;
  }

  /** RabbitMQ can't limit bytes. When too many bytes are in flight, opens a new channel with a small prefetch. */
  private adaptPrefetch(channel: Channel): void {
    const isRestored = this.smallPrefetchLeft > 0 && --this.smallPrefetchLeft === 0;
    if (!isRestored && (this.smallPrefetchLeft > 0 || !this.batches.exceedsByteLimit)) return;
    if (!isRestored) this.smallPrefetchLeft = SMALL_PREFETCH_DELIVERIES;
    channel.close().catch(() => undefined); // it may be closed
  }

  /** Closes the channel once no delivery can be settled on it any more. RabbitMQ redelivers the unsettled messages. */
  private async closeChannel(channel: Channel): Promise<void> {
    await this.draining;
    this.batches.dropWaiting();
    for (const timer of this.delayed) clearTimeout(timer);
    this.delayed.clear();
    this.unacknowledged.clear();
    await withTimeout(channel.close(), CLOSE_MS).catch(() => undefined); // it may be closed
    // Waits for the running batches, because the next channel would otherwise deliver a full prefetch in addition.
    await Promise.race([this.batches.idle(), this.stopped]);
  }

  private settle(settlements: readonly Settlement<RabbitMqDelivery>[]): void {
    for (const { delivery, nackAfterMs } of settlements) {
      if (nackAfterMs === undefined || nackAfterMs === 0) this.ackOrNack(delivery, nackAfterMs === undefined);
      else this.returnAfter(nackAfterMs, delivery);
    }
  }

  private returnAfter(ms: number, delivery: RabbitMqDelivery): void {
    const timer = setTimeout(() => {
      this.delayed.delete(timer);
      this.ackOrNack(delivery, false);
    }, ms);
    this.delayed.add(timer);
  }

  private ackOrNack(delivery: RabbitMqDelivery, isAck: boolean): void {
    // If the channel is closed, RabbitMQ has already returned the message to the queue.
    if (!this.unacknowledged.delete(delivery)) return;
    if (isAck) delivery.channel.ack(delivery.raw);
    else delivery.channel.nack(delivery.raw, false, true);
  }
}
