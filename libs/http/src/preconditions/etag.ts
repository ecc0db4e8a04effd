import { Readable } from 'node:stream';
import { entityTagOf, matchesStrongly, matchesWeakly, PreconditionFailedError } from '@waybill/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { declareRoute, routeMetadataOf } from '../routes/route-metadata';

/** Declares that a route returns one mutable resource as this caller sees it. Its reply carries an `ETag`. */
export const ETag = (): MethodDecorator => declareRoute({ tagged: true });

/**
 * Adds the `ETag` to the replies of `@ETag()` routes, and answers 304 or 412 where a read's preconditions require it.
 */
export function addETags(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const isSuccess = reply.statusCode >= 200 && reply.statusCode < 300;
    if (!routeMetadataOf(request).tagged || !isSuccess || typeof payload !== 'string')
      return done(null, payload);
    const tag = entityTagOf(payload);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const { ifMatch, ifNoneMatch } = request.context.preconditions;
    if (isRead && ifMatch && !matchesStrongly(ifMatch, tag)) return done(new PreconditionFailedError());
    reply.header('ETag', tag);
    if (!isRead || !ifNoneMatch || !matchesWeakly(ifNoneMatch, tag)) return done(null, payload);
    done(null, notModified(request, reply));
  });
}

// For a HEAD, Fastify computes the length of the body that a GET would return. It does not do so for a stream.
function notModified(request: FastifyRequest, reply: FastifyReply): Readable | null {
  reply.status(304).removeHeader('Content-Type');
  return request.method === 'HEAD' ? Readable.from([]) : null;
}
