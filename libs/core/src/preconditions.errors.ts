import { DomainError } from './domain-error';

/** Changing what exists takes an `If-Match`, so that nobody overwrites what they have not seen. */
export class PreconditionRequiredError extends DomainError {
  static override readonly code = 'precondition_required';
  static override readonly kind = 'precondition_required';

  constructor() {
    super('Send If-Match with the ETag that GET returned. Send If-Match: * to write without reading first.');
  }
}

/** What there is now is not what the caller made the request depend on. */
export class PreconditionFailedError extends DomainError {
  static override readonly code = 'precondition_failed';
  static override readonly kind = 'precondition_failed';

  constructor() {
    super(
      'What there is now is not what If-Match or If-None-Match asks for. Read it again, and decide again.',
    );
  }
}
