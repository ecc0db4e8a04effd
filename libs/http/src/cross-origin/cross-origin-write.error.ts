import { DomainError } from '@waybill/core';

/** A browser sent a write from a page of another origin. */
export class CrossOriginWriteError extends DomainError {
  static override readonly code = 'cross_origin_write';
  static override readonly kind = 'forbidden';

  constructor() {
    super(
      'This request came from a page of another origin. With a session cookie, only pages of this origin can change data.',
    );
  }
}
