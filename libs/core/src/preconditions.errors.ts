import { DomainError } from './domain-error';

/** The change needs an `If-Match`, so that it does not overwrite a version that the caller has not seen. */
export class PreconditionRequiredError extends DomainError {
  static override readonly code = 'precondition_required';
  static override readonly kind = 'precondition_required';

  constructor() {
    super('Send If-Match with the ETag from a GET, or If-Match: * to write without reading first.');
  }
}

/** The current version does not meet the request's preconditions. */
export class PreconditionFailedError extends DomainError {
  static override readonly code = 'precondition_failed';
  static override readonly kind = 'precondition_failed';

  constructor() {
    super(
      'The resource has changed, or does not meet If-Match or If-None-Match. Get the current version and try again.',
    );
  }
}
