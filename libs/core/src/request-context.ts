import type { Preconditions } from './entity-tags';
import type { Principal } from './principal';
import { TransactionContext } from './transaction-context';

/** What one request carries down: who asks, from where, and the transaction that its services share. */
export class RequestContext extends TransactionContext {
  /** What the caller made the request depend on. */
  preconditions: Preconditions = {};
  private caller?: Principal;

  constructor(
    readonly requestId: string,
    readonly address: string,
    readonly userAgent: string | undefined,
  ) {
    super();
  }

  /** Who asks. Only a route whose access rule lets nobody in without credentials may read it. */
  get principal(): Principal {
    if (!this.caller) throw new Error('This route has no principal: its access rule is public');
    return this.caller;
  }

  set principal(principal: Principal) {
    this.caller = principal;
  }

  /** Who asks, where credentials are optional. */
  get principalIfAny(): Principal | undefined {
    return this.caller;
  }
}
