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

/** Another carrier claimed the package, or a carrier claimed it before it could be cancelled. */
export class PackageAlreadyClaimedError extends DomainError {
  static override readonly code = 'package_already_claimed';
  static override readonly kind = 'conflict';
  static override readonly members = {
    carrier_id: {
      type: 'integer',
      description:
        'Only with the code `package_already_claimed`: ID of the carrier that claimed the package.',
    },
  };

  static override example(): PackageAlreadyClaimedError {
    return new PackageAlreadyClaimedError(7);
  }

  constructor(carrierId: number) {
    super(`Carrier ${carrierId} has claimed this package.`, { members: { carrier_id: carrierId } });
  }
}

/** The package is cancelled. */
export class PackageCancelledError extends DomainError {
  static override readonly code = 'package_cancelled';
  static override readonly kind = 'conflict';

  constructor() {
    super('This package is cancelled.');
  }
}

/** The caller may read the package of another owner, but not cancel it. */
export class PackageOfAnotherOwnerError extends DomainError {
  static override readonly code = 'package_of_another_owner';
  static override readonly kind = 'forbidden';

  constructor() {
    super('This package belongs to another owner. To cancel it, you need the scope packages:manage.');
  }
}

/** The rates of the package's day are not known yet. */
export class RateUnavailableError extends DomainError {
  static override readonly code = 'rate_unavailable';
  static override readonly kind = 'unavailable';

  static override example(): RateUnavailableError {
    return new RateUnavailableError('2026-11-21');
  }

  constructor(day: string) {
    super(`There are no exchange rates for ${day} yet. The cost was not changed. Try again later.`, {
      retryAfterSeconds: 60,
    });
  }
}

/** The bank does not quote the currency of the content on the package's day. */
export class CurrencyNotQuotedError extends DomainError {
  static override readonly code = 'currency_not_quoted';
  static override readonly kind = 'conflict';

  static override example(): CurrencyNotQuotedError {
    return new CurrencyNotQuotedError('XDR', '2026-11-21');
  }

  constructor(currency: string, day: string) {
    super(`The Bank of Russia has no rate for ${currency} on ${day}. The cost was not changed.`);
  }
}
