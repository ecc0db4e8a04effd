import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { TimeoutError, withTimeout } from '@waybill/core';
import { backoffMs } from './backoff';
import { consumedMessages } from './broker.metrics';
import type { ReceivedMessage } from './messages';
import type { Topic } from './topics';

/** Outcome of a message: acknowledged, or redelivered after a delay of up to 5 minutes. */
export type Outcome = 'ack' | { nackAfterMs: number };

/**
 * Processes a batch. Must resolve only after the effect is durable, because the messages are acknowledged next. Returns
 * one outcome per message, or nothing to acknowledge all messages. If it throws, all messages are redelivered after a
 * delay.
 */
export type BatchHandler = (batch: readonly ReceivedMessage[]) => Promise<readonly Outcome[] | void>;

/** Limits of a consumer. */
export interface ConsumeOptions {
  /** Maximum number of messages per batch. Default: 500. */
  maxBatch?: number;
  /** Maximum bytes per batch. A larger message forms its own batch. Default: 16 MiB. */
  maxBatchBytes?: number;
  /** Maximum time that a message waits for the batch to fill. Default: 20 ms. */
  maxWaitMs?: number;
  /** Maximum number of concurrent batches. Default: 1, which keeps the order of delivery. */
  concurrency?: number;
  /** Maximum number of delivered messages that are not settled. Default: `maxBatch * (concurrency + 1)`. */
  maxInFlight?: number;
  /** Maximum total size of the messages in flight. A single message may be larger. Default: 128 MiB. */
  maxInFlightBytes?: number;
}

/** Messages and bytes that a consumer can still take. */
export interface Capacity {
  messages: number;
  bytes: number;
}

/** A delivered message that must be settled. */
export interface Delivery {
  readonly message: ReceivedMessage;
}

/** A delivery with its outcome. */
export interface Settlement<D extends Delivery> {
  delivery: D;
  /** Undefined if the message is acknowledged. */
  nackAfterMs?: number;
}

const MAX_BATCH_BYTES = 16 * 1024 * 1024;
const MAX_IN_FLIGHT_BYTES = 128 * 1024 * 1024;
const MAX_NACK_MS = 300_000;
const RETRY_DELAYS = { initialMs: 200, maxMs: 30_000 };

/**
 * Collects deliveries into batches, calls the handler, and settles the deliveries by their outcomes. Limits the
 * messages in flight, and pauses after a failed batch.
 */
export class BatchConsumer<D extends Delivery> {
  private readonly logger = new Logger('Broker');
  private readonly limits: Required<ConsumeOptions>;
  private readonly stopping = new AbortController();
  private readonly unsettled = new Set<D>();
  private readonly handling = new Set<Promise<void>>();
  private waiting: { delivery: D; since: number }[] = [];
  private waitingBytes = 0;
  private bytesInFlight = 0;
  private failures = 0;
  private paused = false;
  private timer: NodeJS.Timeout | undefined;
  private onCapacity: (() => void) | undefined;

  /** @param settle settles deliveries at the broker. The broker redelivers what it fails to settle. */
  constructor(
    private readonly topic: Topic,
    private readonly handler: BatchHandler,
    private readonly settle: (settlements: readonly Settlement<D>[]) => Promise<void>,
    options: ConsumeOptions = {},
  ) {
    const { maxBatch = 500, maxBatchBytes = MAX_BATCH_BYTES, maxWaitMs = 20, concurrency = 1 } = options;
    const { maxInFlight = maxBatch * (concurrency + 1), maxInFlightBytes = MAX_IN_FLIGHT_BYTES } = options;
    this.limits = { maxBatch, maxBatchBytes, maxWaitMs, concurrency, maxInFlight, maxInFlightBytes };
  }

  get maxInFlight(): number {
    return this.limits.maxInFlight;
  }

  /** Deliveries that are not settled yet. */
  get inFlight(): readonly D[] {
    return [...this.unsettled];
  }

  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /**
   * Whether the bytes in flight exceed the limit. This can happen with a broker that limits only the number of
   * messages.
   */
  get exceedsByteLimit(): boolean {
    return this.unsettled.size > 1 && this.bytesInFlight > this.limits.maxInFlightBytes;
  }

  /** Waits until the limits allow another batch. Returns undefined if the consumer is stopping. */
  async waitForCapacity(): Promise<Capacity | undefined> {
    const { maxBatch, maxInFlight, maxInFlightBytes } = this.limits;
    while (!this.isStopping) {
      const messages = maxInFlight - this.unsettled.size;
      const bytes = maxInFlightBytes - this.bytesInFlight;
      if (messages >= Math.min(maxBatch, maxInFlight) && bytes > 0) return { messages, bytes };
      await new Promise<void>((resolve) => (this.onCapacity = resolve));
    }
    return undefined;
  }

  /** Adds a delivery. Returns it to the broker if the consumer is stopping. */
  add(delivery: D): void {
    if (this.isStopping) return void this.returnDeliveries([delivery]);
    this.unsettled.add(delivery);
    this.bytesInFlight += delivery.message.body.length;
    this.waiting.push({ delivery, since: performance.now() });
    this.waitingBytes += delivery.message.body.length;
    this.startBatches();
  }

  /** Drops the deliveries that are not being handled. Call this when their connection is lost. */
  dropWaiting(): void {
    for (const { delivery } of this.waiting.splice(0)) this.forget(delivery);
    this.waitingBytes = 0;
  }

  /** Waits until no handler runs. */
  async idle(): Promise<void> {
    await Promise.all(this.handling);
  }

  /**
   * Returns the waiting deliveries to the broker, and waits until the running handlers end and their messages are
   * settled.
   * @returns false if the timeout ended first. The broker then redelivers the other messages.
   */
  async stop(timeoutMs: number): Promise<boolean> {
    this.stopping.abort();
    clearTimeout(this.timer);
    this.onCapacity?.();
    const returning = this.returnDeliveries(this.waiting.splice(0).map(({ delivery }) => delivery));
    try {
      await withTimeout(Promise.all([returning, ...this.handling]), timeoutMs);
      return true;
    } catch (error) {
      if (error instanceof TimeoutError) return false;
      throw error;
    }
  }

  private startBatches(): void {
    clearTimeout(this.timer);
    while (!this.paused && this.handling.size < this.limits.concurrency) {
      const left = this.msUntilDue();
      if (left > 0) {
        if (left < Number.POSITIVE_INFINITY) this.timer = setTimeout(() => this.startBatches(), left);
        return;
      }
      this.start(this.takeBatch());
    }
  }

  private msUntilDue(): number {
    const [oldest] = this.waiting;
    if (oldest === undefined || this.isStopping) return Number.POSITIVE_INFINITY;
    const { maxBatch, maxBatchBytes, maxWaitMs } = this.limits;
    if (this.waiting.length >= maxBatch || this.waitingBytes >= maxBatchBytes) return 0;
    return Math.max(0, Math.ceil(oldest.since + maxWaitMs - performance.now()));
  }

  private takeBatch(): D[] {
    let [count, bytes] = [0, 0];
    for (const { delivery } of this.waiting.slice(0, this.limits.maxBatch)) {
      const size = delivery.message.body.length;
      if (count > 0 && bytes + size > this.limits.maxBatchBytes) break;
      count++;
      bytes += size;
    }
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count).map(({ delivery }) => delivery);
  }

  private start(batch: D[]): void {
    const work = this.handle(batch).finally(() => {
      this.handling.delete(work);
      for (const delivery of batch) this.forget(delivery);
      this.startBatches();
    });
    this.handling.add(work);
  }

  private async handle(batch: D[]): Promise<void> {
    const outcomes = await this.outcomesOf(batch);
    const settlements = batch.map((delivery, n) => {
      const outcome = outcomes[n]!;
      return outcome === 'ack' ? { delivery } : { delivery, nackAfterMs: clamp(outcome.nackAfterMs) };
    });
    await this.settleSafely(settlements);
    const nacked = outcomes.filter((outcome) => outcome !== 'ack').length;
    consumedMessages.inc({ topic: this.topic, outcome: 'acknowledged' }, batch.length - nacked);
    consumedMessages.inc({ topic: this.topic, outcome: 'returned' }, nacked);
  }

  private async outcomesOf(batch: D[]): Promise<readonly Outcome[]> {
    try {
      const outcomes = await this.handler(batch.map(({ message }) => message));
      if (outcomes && outcomes.length !== batch.length)
        throw new Error(`The handler returned ${outcomes.length} outcomes for ${batch.length} messages`);
      this.failures = 0;
      return outcomes || batch.map(() => 'ack');
    } catch (error) {
      const nackAfterMs = Math.round(backoffMs(this.failures++, RETRY_DELAYS));
      this.logger.warn(
        `${this.topic}: a batch of ${batch.length} messages failed; retrying in ${nackAfterMs} ms: ${(error as Error).message}`,
      );
      void this.pause(nackAfterMs);
      return batch.map(() => ({ nackAfterMs }));
    }
  }

  private async pause(ms: number): Promise<void> {
    this.paused = true;
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    this.paused = false;
    this.startBatches();
  }

  private async returnDeliveries(deliveries: D[]): Promise<void> {
    if (deliveries.length === 0) return;
    await this.settleSafely(deliveries.map((delivery) => ({ delivery, nackAfterMs: 0 })));
    for (const delivery of deliveries) this.forget(delivery);
  }

  private async settleSafely(settlements: readonly Settlement<D>[]): Promise<void> {
    try {
      await this.settle(settlements);
    } catch (error) {
      this.logger.warn(
        `${this.topic}: ${settlements.length} messages not settled, so they are delivered again: ${(error as Error).message}`,
      );
    }
  }

  private forget(delivery: D): void {
    if (!this.unsettled.delete(delivery)) return;
    this.bytesInFlight -= delivery.message.body.length;
    this.onCapacity?.();
  }
}

const clamp = (ms: number): number => Math.min(MAX_NACK_MS, Math.max(0, Math.round(ms)));
