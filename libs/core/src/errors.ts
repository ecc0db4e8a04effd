import { DomainError, type FieldError } from './domain-error';

/** The body is invalid. `errors` names every invalid field. */
export class ValidationFailedError extends DomainError {
  static override readonly code = 'validation_failed';
  static override readonly kind = 'invalid';

  constructor(errors: FieldError[]) {
    super('The body is invalid. See "errors".', { errors });
  }

  static override example(): ValidationFailedError {
    // Every operation refuses unknown fields, so this example is true of each.
    return this.at('/colour', 'unknown_field', 'This field is unknown.');
  }

  /** For a single invalid field of the body. */
  static at(pointer: string, code: string, detail: string): ValidationFailedError {
    return new ValidationFailedError([{ code, detail, pointer }]);
  }
}

/** A query parameter or a header is invalid, unknown or repeated. */
export class BadRequestError extends DomainError {
  static override readonly code = 'bad_request';
  static override readonly kind = 'bad_request';

  static override example(): BadRequestError {
    return new BadRequestError([
      { code: 'unknown_parameter', detail: 'This parameter is unknown.', parameter: 'colour' },
    ]);
  }

  constructor(errors: FieldError[]) {
    super('A query parameter or header is invalid. See "errors".', { errors });
  }
}

/** A dependency is unavailable, or the server is stopping. */
export class UnavailableError extends DomainError {
  static override readonly code = 'unavailable';
  static override readonly kind = 'unavailable';

  constructor(detail = 'The service is temporarily unavailable. Try again.', retryAfterSeconds = 5) {
    super(detail, { retryAfterSeconds });
  }
}
