import { DomainError } from '@waybill/core';

/** A page of another origin made the browser send a write. */
export class CrossOriginWriteError extends DomainError {
  static override readonly code = 'cross_origin_write';
  static override readonly kind = 'forbidden';

  constructor() {
    super('A browser sent this from a page of another origin, which may not write with a session.');
  }
}
