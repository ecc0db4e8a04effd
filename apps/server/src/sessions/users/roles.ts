import { type Principal, type Scope, scopeDefinitions, scopes } from '@waybill/core';

export const roles = ['agent', 'operator', 'admin'] as const;

/** A user's role: a fixed set of scopes. test/access-table.md lists who may call which route. */
export type Role = (typeof roles)[number];

/** The scopes of a role, as the modules contribute them. */
export const scopesOfRole = (role: Role): ReadonlySet<Scope> =>
  role === 'admin'
    ? new Set(scopes)
    : new Set(scopeDefinitions.filter(({ roles: held }) => held.includes(role)).map(({ name }) => name));

/** Returns the wanted scopes that a principal lacks. A caller may not grant a scope that it lacks. */
export const scopesLacking = (principal: Principal, wanted: Iterable<Scope>): Scope[] =>
  [...wanted].filter((scope) => !principal.scopes.has(scope));
