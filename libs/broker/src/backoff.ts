/** Range of the delays between attempts. */
export interface DelayRange {
  initialMs: number;
  maxMs: number;
}

/**
 * Returns the delay before the next attempt: doubled after each failure, up to the longest. Half of it is random, so that
 * processes that failed together do not try again together.
 * @param failures number of failures in a row before this one.
 */
export function backoffMs(failures: number, { initialMs, maxMs }: DelayRange): number {
  const full = Math.min(maxMs, initialMs * 2 ** Math.min(failures, 30));
  return full / 2 + (Math.random() * full) / 2;
}
