import { DomainError } from '@waybill/core';

/** The caller has no such session: it came with an API key, it is somebody else's, or it has just ended. */
export class SessionNotFoundError extends DomainError {
  static override readonly code = 'session_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no such session of yours.');
  }
}
