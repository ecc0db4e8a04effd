import type { Scope } from './scopes';

/** The caller of a request. A customer is an anonymous session: it has no scopes and sees only its own rows. */
export interface Principal {
  readonly kind: 'customer' | 'staff' | 'api_key';
  /** ID of the session or the API key; a UUID, not a secret. */
  readonly id: string;
  /** Owner ID (UUID) of the rows that this principal creates. */
  readonly ownerId: string;
  /** Owner IDs of all rows that belong to this principal. */
  readonly ownerIds: readonly string[];
  /** The signed-in user; set for staff only. */
  readonly userId?: string;
  readonly scopes: ReadonlySet<Scope>;
}
