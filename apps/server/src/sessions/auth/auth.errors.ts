import { DomainError } from '@waybill/core';

/** Signing in failed. The reply is the same for an unknown user, a wrong password and a disabled user. */
export class LoginFailedError extends DomainError {
  static override readonly code = 'login_failed';
  static override readonly kind = 'unauthenticated';

  constructor() {
    super('The email address or the password is wrong, or the user is disabled.');
  }
}

/** There were too many failed sign-ins for this account or from this address. */
export class LoginThrottledError extends DomainError {
  static override readonly code = 'login_throttled';
  static override readonly kind = 'too_many_requests';

  static override example(): LoginThrottledError {
    return new LoginThrottledError(420);
  }

  /** @param seconds until the next attempt is allowed. */
  constructor(seconds: number) {
    super(`There were too many failed sign-ins. Try again in ${seconds} seconds.`, {
      retryAfterSeconds: seconds,
    });
  }
}

/** The caller has no password, because it is a customer or an API key. */
export class NoPasswordError extends DomainError {
  static override readonly code = 'no_password';
  static override readonly kind = 'forbidden';

  constructor() {
    super('Customers and API keys have no password. Sign in as a user first.');
  }
}
