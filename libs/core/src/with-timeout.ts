/** Thrown where work took longer than it may. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Waits for work for a limited time. The work is not cancelled: what it gives later is ignored, an error too.
 * cockatiel's timeout is for calls that take an AbortSignal, as those to the bank do.
 *
 * @throws TimeoutError when the time is over
 */
export function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`no answer in ${ms} ms`)), ms);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
