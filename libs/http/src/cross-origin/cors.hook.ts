import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteTable } from '../routes/route-table';
import type { Origins } from './origins';

const READABLE_HEADERS =
  'ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id';
const SENDABLE_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Traceparent, X-Request-Id';
const PREFLIGHT_SECONDS = 600;

/** Lets pages of the allowed origins read a reply (CORS), and adds `Vary: Origin`. */
export function setCorsHeaders(
  origins: Origins,
  { headers: { origin } }: FastifyRequest,
  reply: FastifyReply,
): void {
  if (!origins.any) return;
  reply.header('Vary', 'Origin');
  if (origin !== undefined && origins.isAllowed(origin))
    reply.headers({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': READABLE_HEADERS,
    });
}

/** Adds CORS headers to every reply; see `setCorsHeaders`. */
export function addCorsHeaders(fastify: FastifyInstance, origins: Origins): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    setCorsHeaders(origins, request, reply);
    done();
  });
}

/**
 * Answers preflights of allowed origins. Handles preflights of other origins as ordinary OPTIONS requests, which have
 * no route.
 */
export function answerPreflights(fastify: FastifyInstance, origins: Origins, routes: RouteTable): void {
  if (!origins.any) return;
  fastify.addHook('onRequest', async (request, reply) => {
    if (!isPreflight(request) || !origins.isAllowed(request.headers.origin as string)) return;
    const methods = routes.allowedMethods(request.url);
    if (methods.length > 0) return answer(reply, methods);
  });
}

const isPreflight = ({ method, headers }: FastifyRequest): boolean =>
  method === 'OPTIONS' &&
  headers.origin !== undefined &&
  headers['access-control-request-method'] !== undefined;

const answer = (reply: FastifyReply, methods: string[]): FastifyReply =>
  reply
    .status(204)
    .headers({
      'Access-Control-Allow-Methods': methods.join(', '),
      'Access-Control-Allow-Headers': SENDABLE_HEADERS,
      'Access-Control-Max-Age': PREFLIGHT_SECONDS,
      Vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    })
    .send();
