import type { Principal, TransactionContext } from '@waybill/core';

/** Credentials that a request presents. */
export interface Credentials {
  authorization: string | undefined;
  cookie: string | undefined;
  /** Whether the request used TLS. The session cookie has another name then. */
  secure: boolean;
}

/** A well-formed secret, identified by its digest. */
export interface PresentedSecret {
  kind: 'api_key' | 'session';
  hash: Buffer;
}

/** Port through which `libs/http` authenticates callers. The sessions module implements it. */
export interface PrincipalResolver {
  /** @returns the secret in the credentials; undefined if there is none to look up. */
  secretIn(credentials: Credentials): PresentedSecret | undefined;

  /** Looks up a secret. @returns its principal; undefined if the secret is unknown, expired or revoked. */
  resolve(ctx: TransactionContext, secret: PresentedSecret): Promise<Principal | undefined>;
}

/** Injection token of the `PrincipalResolver`. */
export const PRINCIPAL_RESOLVER = Symbol('PRINCIPAL_RESOLVER');
