export const WINDOW_SECONDS = 60;
const WINDOW_MS = WINDOW_SECONDS * 1_000;
const MAX_KEYS = 100_000;
const OTHERS = 'others';

/** State of a counter after an addition. */
export interface CounterState {
  count: number;
  /** Milliseconds until the counter starts again. */
  msLeft: number;
}

/**
 * Counters of this process, in windows of one minute. Counts a bounded number of keys. Further keys share one counter,
 * so that callers can't exhaust the memory.
 */
export class MemoryCounters {
  private readonly windows = new Map<string, { count: number; end: number }>();

  constructor(private readonly maxKeys = MAX_KEYS) {}

  add(key: string, amount: number): CounterState {
    const now = Date.now();
    this.dropEnded(now);
    const counted = this.windows.has(key) || this.windows.size < this.maxKeys ? key : OTHERS;
    const window = this.windows.get(counted) ?? { count: 0, end: now + WINDOW_MS };
    window.count += amount;
    this.windows.set(counted, window);
    return { count: window.count, msLeft: window.end - now };
  }

  // All windows are equally long, so the oldest ones come first.
  private dropEnded(now: number): void {
    for (const [key, { end }] of this.windows) {
      if (end > now) break;
      this.windows.delete(key);
    }
  }
}
