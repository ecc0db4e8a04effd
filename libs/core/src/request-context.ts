import type { Preconditions } from './entity-tags';
import type { Principal } from './principal';
import { TransactionContext } from './transaction-context';

/** Context of one request: the caller, its address, and the transaction that the services share. */
export class RequestContext extends TransactionContext {
  /** Preconditions in the request's headers. */
  preconditions: Preconditions = {};
  private caller?: Principal;

  constructor(
    readonly requestId: string,
    readonly address: string,
    readonly userAgent: string | undefined,
  ) {
    super();
  }

  /** The caller. Only routes that require credentials may read it. */
  get principal(): Principal {
    if (!this.caller) throw new Error('This route has no principal: its access rule is public');
    return this.caller;
  }

  set principal(principal: Principal) {
    this.caller = principal;
  }

  /** The caller, or undefined on a route where credentials are optional. */
  get principalIfAny(): Principal | undefined {
    return this.caller;
  }
}
