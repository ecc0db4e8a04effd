import { DomainError } from '@waybill/core';

/** The key was used before with another method, path or body. */
export class IdempotencyKeyReusedError extends DomainError {
  static override readonly code = 'idempotency_key_reused';
  static override readonly kind = 'invalid';

  constructor() {
    super('This Idempotency-Key came with another request before. Use a new key for each request.', {
      errors: [
        {
          code: 'reused',
          detail: 'Another method, path or body came with this key.',
          header: 'Idempotency-Key',
        },
      ],
    });
  }
}

/** The first request with this key has not been answered yet. */
export class IdempotencyKeyInFlightError extends DomainError {
  static override readonly code = 'idempotency_key_in_flight';
  static override readonly kind = 'conflict';

  constructor() {
    super('A request with this Idempotency-Key is being answered. Send it again to get its reply.', {
      retryAfterSeconds: 1,
    });
  }
}
