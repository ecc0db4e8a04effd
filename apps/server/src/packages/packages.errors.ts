import { DomainError } from '@waybill/core';

/** There is no package with this ID, or it belongs to another customer. */
export class PackageNotFoundError extends DomainError {
  static override readonly code = 'package_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no package with this ID, or you may not read it.');
  }
}

/** There is no registration with this ID, it belongs to another customer, or it finished more than 30 days ago. */
export class RegistrationNotFoundError extends DomainError {
  static override readonly code = 'registration_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no registration with this ID, or you may not read it.');
  }
}

/** The registration finished more than 24 hours ago. Its package still exists. */
export class RegistrationExpiredError extends DomainError {
  static override readonly code = 'registration_expired';
  static override readonly kind = 'gone';
  static override readonly members = {
    package_id: {
      type: ['integer', 'null'],
      description:
        'Only with the code `registration_expired`: ID of the package, or null if the registration failed.',
    },
  };

  static override example(): RegistrationExpiredError {
    return new RegistrationExpiredError(1);
  }

  constructor(packageId: number | null) {
    super(
      packageId === null
        ? 'This registration failed more than 24 hours ago. It created no package.'
        : `This registration finished more than 24 hours ago. It created the package /api/v1/packages/${packageId}.`,
      { members: { package_id: packageId } },
    );
  }
}

/** Too many registrations are pending. The request was not accepted. */
export class TooManyPendingError extends DomainError {
  static override readonly code = 'too_many_pending';
  static override readonly kind = 'unavailable';

  constructor() {
    super('Too many registrations are pending. This one was not accepted. Try again later.', {
      retryAfterSeconds: 10,
    });
  }
}
