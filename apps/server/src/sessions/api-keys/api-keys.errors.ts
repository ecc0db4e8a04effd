import { DomainError, type Scope } from '@waybill/core';

/** No API key has this id. */
export class ApiKeyNotFoundError extends DomainError {
  static override readonly code = 'api_key_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no such API key.');
  }
}

/** The key is revoked, expired or rotated already. */
export class ApiKeyNotActiveError extends DomainError {
  static override readonly code = 'api_key_not_active';
  static override readonly kind = 'conflict';

  constructor() {
    super('This API key is revoked, expired or rotated already. Make a new one.');
  }
}

/** Somebody gives a key or a user what they may not do themselves, or manages one that has it. */
export class ScopeNotHeldError extends DomainError {
  static override readonly code = 'scope_not_held';
  static override readonly kind = 'forbidden';

  static override example(): ScopeNotHeldError {
    return new ScopeNotHeldError(['packages:manage']);
  }

  constructor(lacking: readonly Scope[]) {
    super(`Nobody can give, or manage who has, what they may not do themselves: ${lacking.join(', ')}.`);
  }
}

/** The caller's session or API key ended while the request was under way. */
export class CallerEndedError extends DomainError {
  static override readonly code = 'unauthenticated';
  static override readonly kind = 'unauthenticated';

  constructor() {
    super('The credentials were revoked while the request was under way.');
  }
}

/** The caller lost a scope that the route requires while the request was under way. */
export class CallerScopeLostError extends DomainError {
  static override readonly code = 'scope_missing';
  static override readonly kind = 'forbidden';

  constructor(scope: Scope) {
    super(`The caller no longer has the scope ${scope}.`);
  }
}
