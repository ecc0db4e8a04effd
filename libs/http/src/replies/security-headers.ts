import type { FastifyInstance, FastifyReply } from 'fastify';

/**
 * Security headers of every reply. Set by Fastify, because Nest's `useSecurityHeaders` sets the same ones on Node's
 * response, and Nest then copies all headers of each reply. The policy has no `upgrade-insecure-requests`, which would
 * break plain HTTP.
 */
export const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action 'self';frame-ancestors 'self';" +
    "img-src 'self' data:;object-src 'none';script-src 'self';script-src-attr 'none';style-src 'self' https: 'unsafe-inline'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

/** Sets the security headers of one reply; a route's own `@Header()` replaces any of them. */
export const setSecurityHeaders = (reply: FastifyReply): void => void reply.headers(SECURITY_HEADERS);

/** Sets the security headers on every reply. */
export function addSecurityHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    setSecurityHeaders(reply);
    done();
  });
}
