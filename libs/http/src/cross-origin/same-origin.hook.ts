import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CrossOriginWriteError } from './cross-origin-write.error';
import type { Origins } from './origins';

// Browsers add other schemes by themselves: Basic, Digest and Negotiate, once somebody has signed in with them.
const BEARER = /^Bearer +\S/i;
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses writes that a page of another origin made a browser send. With an API key it could not have, as a browser adds
 * none by itself. A write without a cookie is held to it too: what opens a session or logs in would put somebody else's
 * cookie in place of the visitor's (login CSRF).
 */
export function refuseCrossOriginWrites(fastify: FastifyInstance, origins: Origins): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const isExempt = READS.has(request.method) || BEARER.test(request.headers.authorization ?? '');
    done(isExempt || isSameOrigin(request, origins) ? undefined : new CrossOriginWriteError());
  });
}

// Fetch Metadata says it outright; older browsers send the origin of the page alone, and what is no browser neither.
function isSameOrigin(request: FastifyRequest, origins: Origins): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && origins.isAllowed(origin)) return true;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return origin === undefined || origins.isOwn(origin, request);
}
