import { DomainError } from '@waybill/core';

/** Signing in failed. It is the same answer for an unknown user, a wrong password and a disabled user. */
export class LoginFailedError extends DomainError {
  static override readonly code = 'login_failed';
  static override readonly kind = 'unauthenticated';

  constructor() {
    super('The email address or the password is wrong, or the user is disabled.');
  }
}

/** Signing in has failed too often for this account or from this address. */
export class LoginThrottledError extends DomainError {
  static override readonly code = 'login_throttled';
  static override readonly kind = 'too_many_requests';

  static override example(): LoginThrottledError {
    return new LoginThrottledError(420);
  }

  /** @param seconds until it is worth trying again. */
  constructor(seconds: number) {
    super(`Signing in failed too often. Try again in ${seconds} s.`, {
      retryAfterSeconds: seconds,
    });
  }
}

/** The caller has no password: it is a customer or an API key. */
export class NoPasswordError extends DomainError {
  static override readonly code = 'no_password';
  static override readonly kind = 'forbidden';

  constructor() {
    super('Only a user who is signed in has a password.');
  }
}
