import { entityTagOf, matchesStrongly, matchesWeakly } from './entity-tags';
import { PreconditionFailedError, PreconditionRequiredError } from './preconditions.errors';
import type { RequestContext } from './request-context';

/**
 * For PUT and PATCH of something that exists: requires an `If-Match` that names its current state. Call it where the row is
 * locked, or somebody else changes it in between.
 * @param current the reply that a GET would give this caller.
 * @throws PreconditionRequiredError without an `If-Match`, PreconditionFailedError where a condition that was sent fails.
 */
export function requireIfMatch(ctx: RequestContext, current: object): void {
  checkIfMatch(ctx, current);
  if (!ctx.preconditions.ifMatch) throw new PreconditionRequiredError();
}

/**
 * For all else that changes something that exists: holds it to the conditions that were sent (RFC 9110, 13.2.2).
 * @param current as above; undefined where no GET shows it by itself, so that no tag can name it.
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
