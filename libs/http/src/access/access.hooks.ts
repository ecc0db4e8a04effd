import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ForbiddenError, UnauthenticatedError } from '../problems/errors';
import { routeMetadataOf } from '../routes/route-metadata';
import { whenDone } from '../when-done';
import { allows } from './access-rule';
import type { Callers } from './callers';

/**
 * Authenticates the caller before the body is read, so that an unauthenticated request can't make the server read or
 * parse anything. A Nest guard would run after the body is read.
 */
export function authenticate(fastify: FastifyInstance, callers: Callers): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (routeMetadataOf(request).access === 'public') return done();
    whenDone(findCaller(request, reply, callers), done);
  });
}

async function findCaller(request: FastifyRequest, reply: FastifyReply, callers: Callers): Promise<void> {
  const { authorization, cookie } = request.headers;
  const principal = await callers.find(request, reply);
  if (!principal) throw new UnauthenticatedError(authorization !== undefined || cookie !== undefined);
  request.context.principal = principal;
}

/** Refuses callers that the route's access rule does not allow. */
export function authorize(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { access } = routeMetadataOf(request);
    if (access === 'public') return done();
    if (access && allows(access, request.context.principal)) return done();
    done(new ForbiddenError(typeof access === 'object' ? access.scopes : []));
  });
}
