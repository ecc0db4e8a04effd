import type { RequestContext } from '@waybill/core';
import type { Author } from './ticket-event.entity';
import { ManageScopeMissingError } from './tickets.errors';
import { ticketsScopes } from './tickets.scopes';

/** Owners whose tickets are visible, or all. */
export type Owners = readonly string[] | 'all';

/** The author of a change: customer, staff or system, with the user or API key of staff. */
export interface ChangeAuthor {
  author: Author;
  userId: string | null;
  apiKeyId: string | null;
}

/** Whether the caller may see and change all tickets, including their internal parts. */
export const isStaff = ({ principal }: RequestContext): boolean =>
  principal.scopes.has(ticketsScopes.manage.name);

export const visibleTo = (ctx: RequestContext): Owners => (isStaff(ctx) ? 'all' : ctx.principal.ownerIds);

/** @param what completes the sentence "You need the scope tickets:manage to …" @throws ManageScopeMissingError */
export function requireStaff(ctx: RequestContext, what: string): void {
  if (!isStaff(ctx)) throw new ManageScopeMissingError(what);
}

export function authorOf(ctx: RequestContext): ChangeAuthor {
  const { kind, id, userId = null } = ctx.principal;
  const author = isStaff(ctx) ? 'staff' : 'customer';
  return { author, userId, apiKeyId: kind === 'api_key' ? id : null };
}

/** The author of changes by scheduled jobs. */
export const SYSTEM: ChangeAuthor = { author: 'system', userId: null, apiKeyId: null };
