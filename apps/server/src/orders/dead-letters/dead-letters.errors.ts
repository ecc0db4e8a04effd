import { DomainError } from '@waybill/core';
import type { DeadLetterState } from './dead-letter.entity';

/** There is no dead letter with this ID. */
export class DeadLetterNotFoundError extends DomainError {
  static override readonly code = 'dead_letter_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no dead letter with this ID.');
  }
}

/** The dead letter was redriven or discarded, so it can no longer change. */
export class DeadLetterClosedError extends DomainError {
  static override readonly code = 'dead_letter_closed';
  static override readonly kind = 'conflict';

  static override example(): DeadLetterClosedError {
    return new DeadLetterClosedError('discarded');
  }

  constructor(state: DeadLetterState) {
    super(`This dead letter is already ${state}.`);
  }
}

/** Redrives of the dead letter have failed too often. */
export class RedriveLimitError extends DomainError {
  static override readonly code = 'redrive_limit_reached';
  static override readonly kind = 'conflict';

  static override example(): RedriveLimitError {
    return new RedriveLimitError(5);
  }

  constructor(failed: number) {
    super(`${failed} redrives of this dead letter failed. To redrive it anyway, send {"force": true}.`);
  }
}
