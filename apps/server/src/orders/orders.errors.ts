import { DomainError } from '@waybill/core';

/** There is no order with this UID, or the caller may not read it. */
export class OrderNotFoundError extends DomainError {
  static override readonly code = 'order_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no order with this UID, or you may not read it.');
  }
}
