import type { Page } from '@waybill/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { declareRoute, routeMetadataOf } from '../routes/route-metadata';

/** Declares the `Location` header of a reply: a path of this API. */
export const Location = <T>(path: (body: T) => string): MethodDecorator =>
  declareRoute({ location: path as (body: unknown) => string });

/** Declares the `Retry-After` header of a reply. */
export const RetryAfter = (seconds: number): MethodDecorator => declareRoute({ retryAfter: seconds });

/**
 * Sets the headers of successful replies before they are serialised: those that the route declares, and the `Link` of a
 * page. Does not run for replies that are sent as text; see `setReplyHeaders`.
 */
export function addReplyHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (routeMetadataOf(request).access !== 'public') reply.header('cache-control', 'no-store');
    done();
  });
  fastify.addHook('preSerialization', (request, reply, body, done) => {
    setReplyHeaders(request, reply, body);
    done(null, body);
  });
}

/** Sets the headers of one successful reply. */
export function setReplyHeaders(request: FastifyRequest, reply: FastifyReply, body: unknown): void {
  const { location, retryAfter } = routeMetadataOf(request);
  if (location) reply.header('location', location(body));
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  const cursor = (body as Partial<Page<unknown>> | undefined)?.next_cursor;
  if (typeof cursor === 'string') reply.header('link', `<${nextPage(request.url, cursor)}>; rel="next"`);
}

function nextPage(url: string, cursor: string): string {
  const [path, query] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${path}?${parameters}`;
}
