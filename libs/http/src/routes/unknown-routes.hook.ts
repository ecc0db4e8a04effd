import type { FastifyInstance } from 'fastify';
import { MalformedRequestError, MethodNotAllowedError, RouteNotFoundError } from '../problems/errors';
import { isDecodable } from '../requests/target';
import type { RouteTable } from './route-table';

/** Refuses what no route answers, before its body is read: 405 where its path answers other methods. */
export function refuseUnknownRoutes(fastify: FastifyInstance, routes: RouteTable): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) return done();
    // The router looks at no path of a method that no route has.
    if (!isDecodable(request.url))
      return done(new MalformedRequestError('The path is not validly percent-encoded.'));
    const allowed = routes.allowedMethods(request.url);
    done(allowed.length > 0 ? new MethodNotAllowedError(allowed) : new RouteNotFoundError());
  });
}
