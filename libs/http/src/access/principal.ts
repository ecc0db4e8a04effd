import type { WorkContext } from '@waybill/database';
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

/** What a request brings to prove who sends it. */
export interface Credentials {
  authorization: string | undefined;
  cookie: string | undefined;
  /** Whether the request came over TLS, where the session's cookie has another name. */
  secure: boolean;
}

/** The port by which `libs/http` learns who calls; the sessions module implements it. */
export interface PrincipalResolver {
  /** @returns the principal that the credentials prove, or undefined where they prove none. */
  resolve(ctx: WorkContext, credentials: Credentials): Promise<Principal | undefined>;
}

/** The injection token of the `PrincipalResolver`. */
export const PRINCIPAL_RESOLVER = Symbol('PRINCIPAL_RESOLVER');
