import type { FastifyInstance } from 'fastify';
import { MalformedRequestError, MethodNotAllowedError, RouteNotFoundError } from '../problems/errors';
import { isDecodable } from '../requests/target';
import type { RouteTable } from './route-table';

/** Refuses requests without a route before their body is read: 405 if the path has other methods, otherwise 404. */
export function refuseUnknownRoutes(fastify: FastifyInstance, routes: RouteTable): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) return done();
    // The router does not check the path if no route has the method.
    if (!isDecodable(request.url))
      return done(new MalformedRequestError('The percent-encoding of the path is invalid.'));
    const allowed = routes.allowedMethods(request.url);
    done(allowed.length > 0 ? new MethodNotAllowedError(allowed) : new RouteNotFoundError());
  });
}
