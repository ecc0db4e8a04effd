import type { FastifyInstance } from 'fastify';
import { MethodNotAllowedError, RouteNotFoundError } from '../problems/errors';
import type { RouteTable } from './route-table';

/** Refuses what no route answers, before its body is read: 405 where its path answers other methods. */
export function refuseUnrouted(fastify: FastifyInstance, routes: RouteTable): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) return done();
    const allowed = routes.allowedMethods(request.url.split('?', 1)[0] ?? '/');
    done(allowed.length > 0 ? new MethodNotAllowedError(allowed) : new RouteNotFoundError());
  });
}
