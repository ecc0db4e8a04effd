import { checkIfMatch } from '@waybill/core';
import type { FastifyRequest } from 'fastify';
import { declareRoute, routeMetadataOf } from '../routes/route-metadata';

/**
 * Declares that a route changes one existing resource and that its service checks the request's preconditions
 * (`requireIfMatch`, `checkIfMatch`).
 * @param creates whether the route also creates the resource. `If-Match` is then needed only if it exists.
 */
export const Matched = ({ creates = false } = {}): MethodDecorator =>
  declareRoute({ matched: true, ...(creates && { creates }) });

/** Checks the preconditions of writes on other routes. Their targets have no ETag, so `If-Match` never succeeds. */
export function checkUnmatchedWrite(request: FastifyRequest): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead && !routeMetadataOf(request).matched) checkIfMatch(request.context, undefined);
}
