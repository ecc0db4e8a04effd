import { DomainError } from '@waybill/core';

/** No user has this id. */
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

/** Without this user nobody could administer the others. */
export class LastAdministratorError extends DomainError {
  static override readonly code = 'last_administrator';
  static override readonly kind = 'conflict';

  constructor() {
    super('This is the last administrator who can sign in. Make another one first.');
  }
}
