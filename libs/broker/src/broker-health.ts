import { Logger } from '@nestjs/common';

/** Whether the broker is reachable. Logs each change once. */
export class BrokerHealth {
  private readonly logger = new Logger('Broker');
  private reachable: boolean | undefined;
  private reason = 'not connected yet';

  /** @param name name of the broker in the log, without credentials. */
  constructor(readonly name: string) {}

  /** Undefined until the broker is first used. */
  get isReachable(): boolean | undefined {
    return this.reachable;
  }

  /** Why the broker is not reachable. */
  get downReason(): string {
    return this.reason;
  }

  up(): void {
    if (this.reachable === false) this.logger.log(`${this.name} is available again`);
    this.reachable = true;
  }

  down(error: Error): void {
    // An AggregateError, such as for a refused connection to two addresses, has no message.
    this.reason = error.message || (error as NodeJS.ErrnoException).code || error.name;
    if (this.reachable === false) return this.logger.debug(this.reason);
    this.reachable = false;
    this.logger.warn(`${this.name} is unavailable: ${this.reason}`);
  }
}
