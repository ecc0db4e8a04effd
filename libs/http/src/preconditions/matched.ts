import { checkIfMatch } from '@waybill/core';
import type { FastifyRequest } from 'fastify';
import { declareRoute, routeMetadataOf } from '../routes/route-metadata';

/**
 * Declares that a route changes one existing resource and that its service checks the request's preconditions
 * (`requireIfMatch`, `checkIfMatch`).
 */
export const Matched = (): MethodDecorator => declareRoute({ matched: true });

/** Holds a write of any other route to its preconditions: what it is sent to has no tag that could match. */
export function checkUnmatchedWrite(request: FastifyRequest): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead && !routeMetadataOf(request).matched) checkIfMatch(request.context, undefined);
}
