import { DomainError, type Scope } from '@waybill/core';

/** There is no API key with this ID. */
export class ApiKeyNotFoundError extends DomainError {
  static override readonly code = 'api_key_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no API key with this ID.');
  }
}

/** The key is revoked, expired or already rotated. */
export class ApiKeyNotActiveError extends DomainError {
  static override readonly code = 'api_key_not_active';
  static override readonly kind = 'conflict';

  constructor() {
    super('This API key is revoked, expired or already rotated. Create a new one.');
  }
}

/** The caller grants a scope that the caller lacks, or manages a key or a user that has such a scope. */
export class ScopeNotHeldError extends DomainError {
  static override readonly code = 'scope_not_held';
  static override readonly kind = 'forbidden';

  static override example(): ScopeNotHeldError {
    return new ScopeNotHeldError(['packages:manage']);
  }

  constructor(lacking: readonly Scope[]) {
    super(
      `You can only grant scopes that you have, and only manage users and keys whose scopes you have. You lack: ${lacking.join(', ')}.`,
    );
  }
}

/** The caller's session or API key ended during the request. */
export class CallerEndedError extends DomainError {
  static override readonly code = 'unauthenticated';
  static override readonly kind = 'unauthenticated';

  constructor() {
    super('The credentials were revoked during the request.');
  }
}

/** The caller lost a scope that the route requires during the request. */
export class CallerScopeLostError extends DomainError {
  static override readonly code = 'scope_missing';
  static override readonly kind = 'forbidden';

  constructor(scope: Scope) {
    super(`The caller no longer has the scope ${scope}.`);
  }
}
