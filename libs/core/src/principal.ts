import type { Scope } from './scopes';

/** Whoever makes a request. A customer is an anonymous session: it has no scopes and sees what it owns. */
export interface Principal {
  readonly kind: 'customer' | 'staff' | 'api_key';
  /** The id of the session or of the API key; a UUID, and no secret. */
  readonly id: string;
  /** The owner id (UUID) that rows made by this principal keep. */
  readonly ownerId: string;
  /** Every owner id whose rows are this principal's own. */
  readonly ownerIds: readonly string[];
  /** The user who is signed in; staff alone have one. */
  readonly userId?: string;
  readonly scopes: ReadonlySet<Scope>;
}
