import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { withTimeout } from '@waybill/core';
import { backoffMs } from './backoff';
import type { BatchConsumer, Delivery, Room } from './batch-consumer';
import type { Consumption } from './broker-driver';

/** Time for the end of the last request, which a stop does not cancel. */
const LAST_PULL_MS = 1_500;
const DELAYS = { firstMs: 100, longestMs: 10_000 };

/** How to get messages from a broker that delivers on request. */
export interface Puller<D extends Delivery> {
  /** Interval of `extend`. */
  extendEveryMs: number;
  /** Adds as many messages to the batches as there is room for, or waits a limited time for the first. */
  pull(room: Room): Promise<void>;
  /** Tells the broker that messages are still being handled, so that it does not deliver them again. */
  extend(deliveries: readonly D[]): Promise<void>;
}

/** Asks for messages whenever there is room for a batch, until it is stopped. */
export class PullConsumption<D extends Delivery> implements Consumption {
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

  async stop(withinMs: number): Promise<void> {
    this.stopping.abort();
    const pulling = withTimeout(this.pulling, LAST_PULL_MS).catch(() => undefined); // it may wait for a connection
    await Promise.all([this.batches.stop(withinMs), pulling]);
    clearInterval(this.extending);
  }

  private async pullUntilStopped(): Promise<void> {
    for (let failures = 0; !this.stopping.signal.aborted;) {
      const room = await this.batches.untilRoom();
      if (room === undefined) return;
      try {
        await this.puller.pull(room);
        failures = 0;
      } catch (error) {
        this.logger.debug((error as Error).message);
        const pause = delay(backoffMs(failures++, DELAYS), undefined, { signal: this.stopping.signal });
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
