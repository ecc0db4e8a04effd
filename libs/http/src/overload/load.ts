/** Fewer requests under way than this are never an overload. */
export const ALWAYS_TAKEN = 128;
/** More than this are refused at once: the memory that they hold stays bounded. */
export const NEVER_TAKEN = 4_096;
/** The longest that a request may have to wait for those before it. */
const MAX_WAIT_SECONDS = 0.5;
/** A burst that is over in this time is no overload. */
const GRACE_MS = 500;
const WINDOW_MS = 250;

/**
 * Knows how many requests are under way, and how many are finished a second: together they say how long a further one would wait.
 * That holds whether the CPU, PostgreSQL or Redis is what they wait for.
 */
export class Load {
  private underWay = 0;
  private finished = 0;
  private perSecond = 0;
  private windowStart: number;
  private crowdedSince: number | undefined;

  constructor(private readonly now: () => number = () => performance.now()) {
    this.windowStart = now();
  }

  enter(): void {
    this.underWay += 1;
    if (this.underWay === ALWAYS_TAKEN) this.crowdedSince = this.now();
  }

  /** @param finished whether it was answered, and is not only waiting for its caller. */
  leave(finished: boolean): void {
    this.underWay -= 1;
    if (this.underWay < ALWAYS_TAKEN) this.crowdedSince = undefined;
    if (finished) this.finished += 1;
  }

  /** Whether a further request would wait too long. */
  get isTooHigh(): boolean {
    const now = this.now();
    this.measure(now);
    if (this.underWay >= NEVER_TAKEN) return true;
    if (this.crowdedSince === undefined || now - this.crowdedSince < GRACE_MS) return false;
    return this.underWay > this.perSecond * MAX_WAIT_SECONDS;
  }

  private measure(now: number): void {
    const elapsed = now - this.windowStart;
    if (elapsed < WINDOW_MS) return;
    this.perSecond = (this.finished / elapsed) * 1_000;
    this.finished = 0;
    this.windowStart = now;
  }
}
