import type { Principal, Scope } from '@waybill/core';

/**
 * Who may call a route: everybody (`public`), whoever is known (`authenticated`), or customers (anonymous sessions) if
 * `customers` is set, and staff and API keys that have at least one of `scopes`.
 */
export type AccessRule =
  'public' | 'authenticated' | { readonly customers: boolean; readonly scopes: readonly Scope[] };

/** Whether a rule lets a principal in. */
export function allows(rule: Exclude<AccessRule, 'public'>, principal: Principal): boolean {
  if (rule === 'authenticated') return true;
  if (principal.kind === 'customer') return rule.customers;
  return rule.scopes.some((scope) => principal.scopes.has(scope));
}
