import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CrossOriginWriteError } from './cross-origin-write.error';
import type { Origins } from './origins';

// After a sign-in, browsers add other schemes (Basic, Digest, Negotiate) automatically.
const BEARER = /^Bearer +\S/i;
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses writes that a browser sends from a page of another origin (CSRF). Allows requests with an API key, because a
 * browser never adds one automatically. Also applies to requests without a cookie: a request that creates a session or
 * signs in could replace the visitor's cookie with an attacker's (login CSRF).
 */
export function refuseCrossOriginWrites(fastify: FastifyInstance, origins: Origins): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const isExempt = READS.has(request.method) || BEARER.test(request.headers.authorization ?? '');
    done(isExempt || isSameOrigin(request, origins) ? undefined : new CrossOriginWriteError());
  });
}

// Uses Fetch Metadata if present. Older browsers send only `Origin`, and other clients send neither.
function isSameOrigin(request: FastifyRequest, origins: Origins): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && origins.isAllowed(origin)) return true;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return origin === undefined || origins.isOwn(origin, request);
}
