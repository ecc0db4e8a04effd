import { DomainError } from '@waybill/core';

/** The caller has no such session: the caller is an API key, the session belongs to another caller, or it has ended. */
export class SessionNotFoundError extends DomainError {
  static override readonly code = 'session_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('You have no session with this ID, or your request has no session.');
  }
}
