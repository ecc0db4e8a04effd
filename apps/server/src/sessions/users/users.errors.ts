import { DomainError } from '@waybill/core';

/** There is no user with this ID. */
export class UserNotFoundError extends DomainError {
  static override readonly code = 'user_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no such user.');
  }
}

/** Another user has this email address. */
export class EmailTakenError extends DomainError {
  static override readonly code = 'email_taken';
  static override readonly kind = 'conflict';

  constructor() {
    super('Another user has this email address.');
  }
}

/** The change would leave no administrator who can sign in. */
export class LastAdministratorError extends DomainError {
  static override readonly code = 'last_administrator';
  static override readonly kind = 'conflict';

  constructor() {
    super('This is the last administrator who can sign in. Create another administrator first.');
  }
}
