import { DomainError } from '@waybill/core';

/** A rate limit is used up. */
export class RateLimitedError extends DomainError {
  static override readonly code = 'rate_limited';
  static override readonly kind = 'too_many_requests';

  static override example(): RateLimitedError {
    return new RateLimitedError(600, 42);
  }

  /**
   * @param seconds seconds until the limit resets.
   * @param what the counted noun.
   */
  constructor(quota: number, seconds: number, what = 'requests') {
    super(`More than ${quota} ${what} in a minute. Try again in ${seconds} s.`, {
      retryAfterSeconds: seconds,
    });
  }
}
