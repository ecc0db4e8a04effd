import type { Principal } from '@waybill/core';

/** Who did something to a package. A customer is anonymous; the package itself has the customer's owner ID. */
export interface PackageActor {
  kind: Principal['kind'] | 'system';
  /** ID of the session or API key; of staff and API keys only. */
  id?: string;
  /** The signed-in user; of staff only. */
  userId?: string | undefined;
}

/** The actor of background jobs. */
export const SYSTEM: PackageActor = { kind: 'system' };

export const actorOf = ({ kind, id, userId }: Principal): PackageActor =>
  kind === 'customer' ? { kind } : { kind, id, userId };
