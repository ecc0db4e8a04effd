import { setTimeout as delay } from 'node:timers/promises';

const MAX_BATCH = 500;
const TICK_MS = 50;
const RETRIES = 5;
const RETRY_MS = 1_000;

/** What was published. */
export interface Published {
  /** Confirmed by the broker. */
  confirmed: number;
  /** Not confirmed after all retries. The broker may still have stored them. */
  unconfirmed: number;
  /** Why they were not confirmed. */
  error?: Error;
}

export interface PublishOptions {
  /** Resolves when the broker has confirmed all messages. */
  publish(messages: Buffer[]): Promise<void>;
  /** Messages per second; undefined for no limit. */
  rate: number | undefined;
  /** Called after each batch. */
  onProgress(confirmed: number): void;
  signal: AbortSignal;
}

/**
 * Publishes messages in batches at the given rate. Retries a batch that is not confirmed. Stops if all retries fail, so
 * all messages before that batch are confirmed.
 */
export async function publishAll(
  messages: AsyncIterable<Buffer> | Iterable<Buffer>,
  options: PublishOptions,
): Promise<Published> {
  const { rate = Number.POSITIVE_INFINITY, onProgress, signal } = options;
  const size = Math.max(1, Math.min(MAX_BATCH, Math.floor((rate * TICK_MS) / 1_000)));
  const started = performance.now();
  let confirmed = 0;
  for await (const batch of batchesOf(messages, size)) {
    const waitMs = started + (confirmed / rate) * 1_000 - performance.now();
    if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const error = await publishWithRetries(batch, options);
    if (error) return { confirmed, unconfirmed: batch.length, error };
    confirmed += batch.length;
    onProgress(confirmed);
  }
  return { confirmed, unconfirmed: 0 };
}

async function publishWithRetries(
  batch: Buffer[],
  { publish, signal }: PublishOptions,
): Promise<Error | undefined> {
  for (let retries = 0; ; retries++) {
    try {
      await publish(batch);
      return undefined;
    } catch (error) {
      if (retries === RETRIES || signal.aborted) return error as Error;
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function* batchesOf(
  messages: AsyncIterable<Buffer> | Iterable<Buffer>,
  size: number,
): AsyncGenerator<Buffer[]> {
  let batch: Buffer[] = [];
  for await (const message of messages) {
    if (batch.push(message) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
