import type { RequestContext } from '../request-context';
import { entityTagOf, matchesStrongly } from './entity-tags';
import { PreconditionFailedError, PreconditionRequiredError } from './preconditions.errors';

/**
 * For PUT and PATCH of something that exists: insists on an `If-Match` that names what it is now. Call it where the row is
 * locked, or somebody else changes it in between.
 * @param current the reply that a GET would give this caller.
 * @throws PreconditionRequiredError without an `If-Match`, PreconditionFailedError where it is stale.
 */
export function requireMatch(ctx: RequestContext, current: object): void {
  if (!ctx.preconditions.ifMatch) throw new PreconditionRequiredError();
  honourMatch(ctx, current);
}

/** For all else that changes a resource: like `requireMatch`, where an `If-Match` was sent. */
export function honourMatch({ preconditions: { ifMatch } }: RequestContext, current: object): void {
  if (ifMatch && !matchesStrongly(ifMatch, entityTagOf(JSON.stringify(current))))
    throw new PreconditionFailedError();
}
