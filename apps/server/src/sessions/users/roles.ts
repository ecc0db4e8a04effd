import { allScopes, type Principal, type Scope, scopesByRole } from '@waybill/core';

export const roles = ['agent', 'operator', 'admin'] as const;

/** A user's role: a fixed set of scopes. test/access-table.md lists who may call which route. */
export type Role = (typeof roles)[number];

/** The scopes of a role, as the modules contribute them. */
export const scopesOfRole = (role: Role): ReadonlySet<Scope> =>
  role === 'admin' ? allScopes : (scopesByRole.get(role) ?? new Set());

/** Returns the wanted scopes that a principal lacks. A caller may not grant a scope that it lacks. */
export const scopesLacking = (principal: Principal, wanted: Iterable<Scope>): Scope[] =>
  [...wanted].filter((scope) => !principal.scopes.has(scope));
