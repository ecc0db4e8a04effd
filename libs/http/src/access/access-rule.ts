import type { Principal, Scope } from '@waybill/core';

/**
 * Callers that a route allows: everyone (`public`), every authenticated caller (`authenticated`), or staff and API keys
 * with at least one of `scopes`, plus customers (anonymous sessions) if `customers` is set.
 */
export type AccessRule =
  'public' | 'authenticated' | { readonly customers: boolean; readonly scopes: readonly Scope[] };

/** Whether a rule allows a principal. */
export function allows(rule: Exclude<AccessRule, 'public'>, principal: Principal): boolean {
  if (rule === 'authenticated') return true;
  if (principal.kind === 'customer') return rule.customers;
  return rule.scopes.some((scope) => principal.scopes.has(scope));
}
