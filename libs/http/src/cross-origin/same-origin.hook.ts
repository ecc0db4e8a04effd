import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CrossOriginWriteError } from './cross-origin-write.error';
import type { Origins } from './origins';

// Browsers send other schemes (Basic, Digest, Negotiate) by themselves after a sign-in.
const BEARER = /^Bearer +\S/i;
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses writes that a page of another origin made a browser send. Allows requests with an API key, because a browser
 * never adds one by itself. Applies to requests without a cookie too: a request that creates a session or signs in
 * could replace the visitor's cookie with an attacker's (login CSRF).
 */
export function refuseCrossOriginWrites(fastify: FastifyInstance, origins: Origins): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const isExempt = READS.has(request.method) || BEARER.test(request.headers.authorization ?? '');
    done(isExempt || isSameOrigin(request, origins) ? undefined : new CrossOriginWriteError());
  });
}

// Uses Fetch Metadata where present. Older browsers send only the page's origin, and other clients send neither.
function isSameOrigin(request: FastifyRequest, origins: Origins): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && origins.isAllowed(origin)) return true;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return origin === undefined || origins.isOwn(origin, request);
}
