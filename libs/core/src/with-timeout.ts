/** Thrown when work exceeds its time limit. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Waits for work for a limited time. Does not cancel the work, and ignores its later result or error. For calls that
 * accept an AbortSignal, such as those to the bank, use cockatiel's timeout.
 * @throws TimeoutError if the work takes longer than `ms`.
 */
export function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`no response within ${ms} ms`)), ms);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
