import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isKeyed } from '../idempotency/idempotency-key';
import { checkUnmatchedWrite } from '../preconditions/matched';
import { readPreconditions } from '../preconditions/read-preconditions';
import { routeMetadataOf } from '../routes/route-metadata';
import { whenDone } from '../when-done';
import { refuseUnexpectedBody } from './unexpected-body';
import { validateQuery } from './validate';

/**
 * Validates the query and the headers of every request, so that every route refuses unknown parameters. Also refuses a
 * body or preconditions that the route does not support; for a request with an idempotency key, only after the replay.
 */
export function checkRequests(fastify: FastifyInstance): void {
  fastify.addHook('preHandler', (request, _reply, done) => {
    const { query } = routeMetadataOf(request);
    if (!query && isEmpty(request.query as object)) return done(check(request));
    const validate = async () => {
      request.query = await validateQuery(query, request.query as Record<string, unknown>);
      checkHeadersAndShape(request);
    };
    whenDone(validate(), done);
  });
}

function check(request: FastifyRequest): Error | undefined {
  try {
    checkHeadersAndShape(request);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function checkHeadersAndShape(request: FastifyRequest): void {
  readPreconditions(request);
  if (!isKeyed(request)) checkShape(request);
}

/** Refuses a body on a route without a body, and preconditions on a route without ETags. */
export function checkShape(request: FastifyRequest): void {
  refuseUnexpectedBody(request);
  checkUnmatchedWrite(request);
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}
