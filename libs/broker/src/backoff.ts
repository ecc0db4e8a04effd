/** Range of the delays between attempts. */
export interface DelayRange {
  firstMs: number;
  longestMs: number;
}

/**
 * Returns the delay before the next attempt: doubled after each failure, up to the longest. Half of it is random, so that
 * processes that failed together do not try again together.
 * @param failures number of failures in a row before this one.
 */
export function backoffMs(failures: number, { firstMs, longestMs }: DelayRange): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 30));
  return full / 2 + (Math.random() * full) / 2;
}
