import type { FastifyInstance } from 'fastify';
import { ForbiddenError, UnauthenticatedError } from '../problems/errors';
import { RequestContext } from '../request-context';
import { factsOf } from '../routes/route-facts';
import { allows } from './access-rule';
import type { PrincipalResolver } from './principal';

/**
 * Finds out who calls and whether the route lets them in: before the body is read, so that nobody without credentials makes
 * the server read or parse anything. A Nest guard would run after that.
 */
export function guardRoutes(fastify: FastifyInstance, resolver: PrincipalResolver): void {
  fastify.addHook('onRequest', async (request) => {
    request.context = new RequestContext(request.id, request.ip, request.headers['user-agent']);
    if (request.is404) return;
    const { access } = factsOf(request);
    if (access === 'public') return;
    const { authorization, cookie } = request.headers;
    const principal = await resolver.resolve(request.context, {
      authorization,
      cookie,
      secure: request.protocol === 'https',
    });
    if (!principal) throw new UnauthenticatedError(authorization !== undefined || cookie !== undefined);
    if (!access || !allows(access, principal))
      throw new ForbiddenError(typeof access === 'object' ? access.scopes : []);
    request.context.principal = principal;
  });
}
