/** Below this number of concurrent requests, the server is never overloaded. */
export const OVERLOAD_MINIMUM = 128;
/** At this number of concurrent requests, every new request is refused, so that memory is bounded. */
export const MAX_CONCURRENT = 4_096;
/** Maximum time that a new request may wait for those in progress. */
const MAX_WAIT_SECONDS = 0.5;
/** A shorter burst is not an overload. */
const GRACE_MS = 500;
const WINDOW_MS = 250;

/**
 * Measures the number of requests in progress and the completion rate. Together, they predict how long a new request
 * would wait, regardless of the bottleneck: the CPU, PostgreSQL or Redis.
 */
export class Load {
  private inProgress = 0;
  private finished = 0;
  private perSecond = 0;
  private windowStart: number;
  private busySince: number | undefined;

  constructor(private readonly now: () => number = () => performance.now()) {
    this.windowStart = now();
  }

  enter(): void {
    this.inProgress += 1;
    if (this.inProgress === OVERLOAD_MINIMUM) this.busySince = this.now();
  }

  /** @param finished whether the response is complete. False if the server is only waiting for the client. */
  leave(finished: boolean): void {
    this.inProgress -= 1;
    if (this.inProgress < OVERLOAD_MINIMUM) this.busySince = undefined;
    if (finished) this.finished += 1;
  }

  /** Whether a new request would wait too long. */
  get isOverloaded(): boolean {
    const now = this.now();
    this.measure(now);
    if (this.inProgress >= MAX_CONCURRENT) return true;
    if (this.busySince === undefined || now - this.busySince < GRACE_MS) return false;
    return this.inProgress > this.perSecond * MAX_WAIT_SECONDS;
  }

  private measure(now: number): void {
    const elapsed = now - this.windowStart;
    if (elapsed < WINDOW_MS) return;
    this.perSecond = (this.finished / elapsed) * 1_000;
    this.finished = 0;
    this.windowStart = now;
  }
}
