import { entityTagOf, matchesStrongly, matchesWeakly } from './entity-tags';
import { PreconditionFailedError, PreconditionRequiredError } from './preconditions.errors';
import type { RequestContext } from './request-context';

/**
 * For PUT and PATCH of an existing resource: requires an `If-Match` that matches its current state. Call this after
 * locking the row; otherwise a concurrent request can change it in between.
 * @param current the body that a GET would return to this caller.
 * @throws PreconditionRequiredError without an `If-Match`, PreconditionFailedError if a precondition fails.
 */
export function requireIfMatch(ctx: RequestContext, current: object): void {
  checkIfMatch(ctx, current);
  if (!ctx.preconditions.ifMatch) throw new PreconditionRequiredError();
}

/**
 * For other changes to an existing resource: checks the preconditions if the request has any (RFC 9110, 13.2.2).
 * @param current as above; undefined if no GET returns the resource, so that no tag can match.
 * @throws PreconditionFailedError
 */
export function checkIfMatch(
  { preconditions: { ifMatch, ifNoneMatch } }: RequestContext,
  current: object | undefined,
): void {
  if (!ifMatch && !ifNoneMatch) return;
  const tag = current && entityTagOf(JSON.stringify(current));
  if (ifMatch && !matchesStrongly(ifMatch, tag)) throw new PreconditionFailedError();
  if (ifNoneMatch && matchesWeakly(ifNoneMatch, tag)) throw new PreconditionFailedError();
}
