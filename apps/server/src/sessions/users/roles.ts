import { type Principal, type Scope, scopes } from '@waybill/core';

export const roles = ['agent', 'operator', 'admin'] as const;

/** A user's role: a fixed set of scopes (DESIGN.md, "Who may do what"). */
export type Role = (typeof roles)[number];

const agent: readonly Scope[] = [
  ...(['catalog:read', 'packages:read', 'packages:write', 'packages:read_all', 'orders:read'] as const),
  ...(['tickets:read', 'tickets:write', 'tickets:manage'] as const),
];
const operator: readonly Scope[] = [
  ...agent,
  ...(['catalog:write', 'packages:claim', 'packages:manage', 'reports:read'] as const),
  ...(['orders:write', 'orders:redrive', 'jobs:run'] as const),
];

/** Scopes of each role. */
export const scopesOfRole: Readonly<Record<Role, ReadonlySet<Scope>>> = {
  agent: new Set(agent),
  operator: new Set(operator),
  admin: new Set(scopes),
};

/** Returns the wanted scopes that a principal lacks. A caller may not grant a scope that it lacks. */
export const scopesLacking = (principal: Principal, wanted: Iterable<Scope>): Scope[] =>
  [...wanted].filter((scope) => !principal.scopes.has(scope));
