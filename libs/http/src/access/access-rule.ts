import { declareRoute } from '../routes/route-facts';
import type { Principal } from './principal';
import type { Scope } from './scopes';

/**
 * Who may call a route: everybody (`public`), whoever is known (`authenticated`), or customers (anonymous sessions) if
 * `customers` is set, and staff and API keys that have at least one of `scopes`.
 */
export type AccessRule = 'public' | 'authenticated' | { readonly customers: boolean; readonly scopes: readonly Scope[] };

/** Declares that a route needs no credentials. */
export const Public = (): MethodDecorator => declareRoute({ access: 'public' });

/** Declares that every known caller may call a route, for what is its own. */
export const Authenticated = (): MethodDecorator => declareRoute({ access: 'authenticated' });

/** Declares that customers may call a route for what is theirs, and others with any of these scopes. */
export const CustomersOr = (...scopes: Scope[]): MethodDecorator => declareRoute({ access: { customers: true, scopes } });

/** Declares that only principals with any of these scopes may call a route. */
export const ScopeOnly = (...scopes: Scope[]): MethodDecorator => declareRoute({ access: { customers: false, scopes } });

/** Whether a rule lets a principal in. */
export function allows(rule: Exclude<AccessRule, 'public'>, principal: Principal): boolean {
  if (rule === 'authenticated') return true;
  if (principal.kind === 'customer') return rule.customers;
  return rule.scopes.some((scope) => principal.scopes.has(scope));
}
