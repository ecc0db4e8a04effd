import { DomainError } from '@waybill/core';

/** A rate limit is exceeded. */
export class RateLimitedError extends DomainError {
  static override readonly code = 'rate_limited';
  static override readonly kind = 'too_many_requests';

  static override example(): RateLimitedError {
    return new RateLimitedError(600, 42);
  }

  /**
   * @param seconds until the limit resets.
   * @param what the unit that is counted.
   */
  constructor(quota: number, seconds: number, what = 'requests') {
    super(`The limit is ${quota} ${what} per minute. Try again in ${seconds} seconds.`, {
      retryAfterSeconds: seconds,
    });
  }
}
