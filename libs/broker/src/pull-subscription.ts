import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { withTimeout } from '@waybill/core';
import { backoffMs } from './backoff';
import type { BatchConsumer, Delivery, Capacity } from './batch-consumer';
import type { Subscription } from './broker-driver';

/** Maximum time that a stop waits for the current pull, which it does not cancel. */
const LAST_PULL_MS = 1_500;
const RETRY_DELAYS = { initialMs: 100, maxMs: 10_000 };

/** Pulls messages from a broker that delivers on request. */
export interface Puller<D extends Delivery> {
  /** Interval of `extend`. */
  extendEveryMs: number;
  /** Adds messages to the batches, up to the capacity. Waits a limited time for the first message. */
  pull(capacity: Capacity): Promise<void>;
  /** Tells the broker that messages are still being handled, so that it does not redeliver them. */
  extend(deliveries: readonly D[]): Promise<void>;
}

/** Pulls messages whenever there is capacity for a batch, until it is stopped. */
export class PullSubscription<D extends Delivery> implements Subscription {
  private readonly logger = new Logger('Broker');
  private readonly stopping = new AbortController();
  private readonly pulling: Promise<void>;
  private readonly extending: NodeJS.Timeout;

  constructor(
    private readonly batches: BatchConsumer<D>,
    private readonly puller: Puller<D>,
  ) {
    this.pulling = this.pullUntilStopped();
    this.extending = setInterval(() => void this.extend(), puller.extendEveryMs);
  }

  async stop(timeoutMs: number): Promise<void> {
    this.stopping.abort();
    const pulling = withTimeout(this.pulling, LAST_PULL_MS).catch(() => undefined); // it may wait for a connection
    await Promise.all([this.batches.stop(timeoutMs), pulling]);
    clearInterval(this.extending);
  }

  private async pullUntilStopped(): Promise<void> {
    for (let failures = 0; !this.stopping.signal.aborted;) {
      const capacity = await this.batches.waitForCapacity();
      if (capacity === undefined) return;
      try {
        await this.puller.pull(capacity);
        failures = 0;
      } catch (error) {
        this.logger.debug((error as Error).message);
        const pause = delay(backoffMs(failures++, RETRY_DELAYS), undefined, { signal: this.stopping.signal });
        await pause.catch(() => undefined);
      }
    }
  }

  private async extend(): Promise<void> {
    const { inFlight } = this.batches;
    if (inFlight.length === 0) return;
    await this.puller.extend(inFlight).catch((error: Error) => this.logger.debug(error.message));
  }
}
