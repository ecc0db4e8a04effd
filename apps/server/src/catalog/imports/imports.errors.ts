import { DomainError } from '@waybill/core';

/** There is no import with this ID, or it was deleted after its retention. */
export class ImportNotFoundError extends DomainError {
  static override readonly code = 'import_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no import with this ID. Old imports are deleted.');
  }
}

/** Too many imports are unfinished. The file was not accepted. */
export class TooManyImportsError extends DomainError {
  static override readonly code = 'too_many_imports';
  static override readonly kind = 'unavailable';

  constructor() {
    super('Too many imports are in progress. This one was not accepted. Try again later.', {
      retryAfterSeconds: 30,
    });
  }
}
