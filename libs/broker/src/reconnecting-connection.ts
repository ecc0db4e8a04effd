import { setTimeout as delay } from 'node:timers/promises';
import { withTimeout } from '@waybill/core';
import { backoffMs } from './backoff';
import type { BrokerHealth } from './broker-health';
import { BrokerUnavailableError } from './broker.errors';

const RETRY_DELAYS = { initialMs: 100, maxMs: 10_000 };
/** If a connection is lost sooner, it counts as a failed attempt. */
const STABLE_AFTER_MS = 5_000;

/** Opens and closes connections. */
export interface Connector<C> {
  /** Opens a connection. Calls `lost` once when the connection ends. */
  open(lost: (reason: Error) => void): Promise<C>;
  close(connection: C): Promise<unknown>;
}

/** A connection that is opened on first use, and reopened whenever it is lost, until it is closed. */
export class ReconnectingConnection<C> {
  private readonly closing = new AbortController();
  private connection: Promise<C> | undefined;
  private failures = 0;

  constructor(
    private readonly connector: Connector<C>,
    private readonly health: BrokerHealth,
  ) {}

  /** Returns the connection. @throws BrokerUnavailableError if it is not connected before the timeout. */
  async use(timeoutMs: number): Promise<C> {
    this.connection ??= this.connect();
    try {
      return await withTimeout(this.connection, timeoutMs);
    } catch (cause) {
      if (this.closing.signal.aborted) throw new BrokerUnavailableError('The broker is closed.', { cause });
      throw new BrokerUnavailableError(`${this.health.name} is unavailable: ${this.health.downReason}.`, {
        cause,
      });
    }
  }

  /** Closes the connection, and stops reconnecting. */
  async close(): Promise<void> {
    this.closing.abort();
    const connection = await this.connection?.catch(() => undefined);
    if (connection !== undefined) await this.connector.close(connection);
  }

  private connect(): Promise<C> {
    const connecting = this.connectWithRetries();
    connecting.catch(() => undefined); // the next use reports it
    return connecting;
  }

  private async connectWithRetries(): Promise<C> {
    for (;;) {
      this.closing.signal.throwIfAborted();
      try {
        return await this.openOnce();
      } catch (error) {
        this.health.down(error as Error);
        await delay(backoffMs(this.failures++, RETRY_DELAYS), undefined, { signal: this.closing.signal });
      }
    }
  }

  private async openOnce(): Promise<C> {
    let opened: number | undefined;
    const connection = await this.connector.open((reason) => void this.reconnect(reason, opened));
    opened = performance.now();
    this.health.up();
    return connection;
  }

  private reconnect(reason: Error, opened = Number.POSITIVE_INFINITY): void {
    if (this.closing.signal.aborted) return;
    this.health.down(reason);
    if (performance.now() - opened > STABLE_AFTER_MS) this.failures = 0;
    const pause = delay(backoffMs(this.failures++, RETRY_DELAYS), undefined, { signal: this.closing.signal });
    this.connection = pause.then(() => this.connect());
    this.connection.catch(() => undefined); // the next use reports it
  }
}
