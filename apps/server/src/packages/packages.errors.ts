import { DomainError } from '@waybill/core';

/** No package has this id, or it is somebody else's. */
export class PackageNotFoundError extends DomainError {
  static override readonly code = 'package_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no such package, or it is not yours.');
  }
}

/** No registration has this id, it is somebody else's, or it was finished more than 30 days ago. */
export class RegistrationNotFoundError extends DomainError {
  static override readonly code = 'registration_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no such registration, or it is not yours.');
  }
}

/** The registration was finished more than 24 hours ago; its package, if it has one, is still there. */
export class RegistrationExpiredError extends DomainError {
  static override readonly code = 'registration_expired';
  static override readonly kind = 'gone';
  static override readonly members = {
    package_id: {
      type: ['integer', 'null'],
      description: 'The package that came of the registration; null if it failed.',
    },
  };

  static override example(): RegistrationExpiredError {
    return new RegistrationExpiredError(1);
  }

  constructor(packageId: number | null) {
    super(
      packageId === null
        ? 'This registration failed more than 24 hours ago; no package came of it.'
        : `This registration was finished more than 24 hours ago. Its package is /api/v1/packages/${packageId}.`,
      { members: { package_id: packageId } },
    );
  }
}

/** More registrations are pending than the workers can be trusted with; nothing was accepted. */
export class TooManyPendingError extends DomainError {
  static override readonly code = 'too_many_pending';
  static override readonly kind = 'unavailable';

  constructor() {
    super('Too many registrations are pending. Nothing was accepted; try again later.', {
      retryAfterSeconds: 10,
    });
  }
}
