import { DomainError, type FieldError } from './domain-error';

/** The body breaks rules; every field at fault is in `errors`. */
export class ValidationFailedError extends DomainError {
  static override readonly code = 'validation_failed';
  static override readonly kind = 'invalid';

  constructor(errors: FieldError[]) {
    super('The body breaks the rules named in "errors".', { errors });
  }

  static override example(): ValidationFailedError {
    return this.at('/name', 'required', 'This field is required.');
  }

  /** A single field of the body at fault. */
  static at(pointer: string, code: string, detail: string): ValidationFailedError {
    return new ValidationFailedError([{ code, detail, pointer }]);
  }
}

/** A query parameter or a header is wrong, unknown or repeated. */
export class BadRequestError extends DomainError {
  static override readonly code = 'bad_request';
  static override readonly kind = 'bad_request';

  static override example(): BadRequestError {
    return new BadRequestError([
      { code: 'unknown_parameter', detail: 'There is no such parameter.', parameter: 'colour' },
    ]);
  }

  constructor(errors: FieldError[]) {
    super('The request breaks the rules named in "errors".', { errors });
  }
}

/** Something that this service needs is not there, or it is stopping. */
export class UnavailableError extends DomainError {
  static override readonly code = 'unavailable';
  static override readonly kind = 'unavailable';

  constructor(detail = 'The service cannot answer right now. Try again.', retryAfterSeconds = 5) {
    super(detail, { retryAfterSeconds });
  }
}
