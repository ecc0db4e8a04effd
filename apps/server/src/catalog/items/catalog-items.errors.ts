import { DomainError } from '@waybill/core';

/** There is no item with this SKU. */
export class CatalogItemNotFoundError extends DomainError {
  static override readonly code = 'catalog_item_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no item with this SKU.');
  }
}

/** The path does not contain a SKU, so no item can be created there. */
export class InvalidSkuError extends DomainError {
  static override readonly code = 'invalid_sku';
  static override readonly kind = 'not_found';

  constructor() {
    super(
      'The path does not contain a valid SKU. A SKU has 1 to 64 Latin letters, digits, dots, hyphens and underscores, and starts with a letter or a digit.',
    );
  }
}
