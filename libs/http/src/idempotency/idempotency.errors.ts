import { DomainError } from '@waybill/core';

/** The key was used with another method, path or body. */
export class IdempotencyKeyReusedError extends DomainError {
  static override readonly code = 'idempotency_key_reused';
  static override readonly kind = 'invalid';

  constructor() {
    super('This Idempotency-Key was used for another request. Use a new key for each request.', {
      errors: [
        {
          code: 'reused',
          detail: 'This key was used with another method, path or body.',
          header: 'Idempotency-Key',
        },
      ],
    });
  }
}

/** The first request with this key is still in progress. */
export class IdempotencyKeyInFlightError extends DomainError {
  static override readonly code = 'idempotency_key_in_flight';
  static override readonly kind = 'conflict';

  constructor() {
    super(
      'The first request with this Idempotency-Key is still in progress. Send it again to get the reply.',
      {
        retryAfterSeconds: 1,
      },
    );
  }
}
