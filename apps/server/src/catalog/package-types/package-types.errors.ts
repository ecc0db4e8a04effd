import { DomainError } from '@waybill/core';

/** There is no package type with this id. */
export class PackageTypeNotFoundError extends DomainError {
  static override readonly code = 'package_type_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no package type with this ID.');
  }
}

/** Another package type, current or archived, has this name. */
export class PackageTypeNameTakenError extends DomainError {
  static override readonly code = 'package_type_name_taken';
  static override readonly kind = 'conflict';

  constructor() {
    super('Another package type has this name. It may be archived.');
  }
}
