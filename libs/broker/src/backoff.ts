/** Range of the delays between attempts. */
export interface DelayRange {
  initialMs: number;
  maxMs: number;
}

/**
 * Returns the delay before the next attempt. It doubles after each failure, up to `maxMs`. Half of it is random jitter,
 * so that processes that failed together do not retry together.
 * @param failures number of consecutive failures before this one.
 */
export function backoffMs(failures: number, { initialMs, maxMs }: DelayRange): number {
  const full = Math.min(maxMs, initialMs * 2 ** Math.min(failures, 30));
  return full / 2 + (Math.random() * full) / 2;
}
