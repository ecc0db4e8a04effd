import type { Principal, TransactionContext } from '@waybill/core';

/** What a request brings to prove who sends it. */
export interface Credentials {
  authorization: string | undefined;
  cookie: string | undefined;
  /** Whether the request came over TLS, where the session's cookie has another name. */
  secure: boolean;
}

/** What could be a secret of ours, by its digest alone. */
export interface PresentedSecret {
  kind: 'api_key' | 'session';
  hash: Buffer;
}

/** The port by which `libs/http` learns who calls; the sessions module implements it. */
export interface PrincipalResolver {
  /** @returns the secret that credentials bring; undefined where they bring none, and there is nothing to look up. */
  secretIn(credentials: Credentials): PresentedSecret | undefined;

  /** Looks a secret up. @returns the principal that it proves, or undefined where it is unknown, expired or revoked. */
  resolve(ctx: TransactionContext, secret: PresentedSecret): Promise<Principal | undefined>;
}

/** The injection token of the `PrincipalResolver`. */
export const PRINCIPAL_RESOLVER = Symbol('PRINCIPAL_RESOLVER');
