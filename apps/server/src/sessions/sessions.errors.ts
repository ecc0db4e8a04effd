import { DomainError } from '@waybill/http';

/** The caller has no session: it came with an API key, or the session has just ended. */
export class SessionNotFoundError extends DomainError {
  static override readonly code = 'session_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no such session of yours.');
  }
}
