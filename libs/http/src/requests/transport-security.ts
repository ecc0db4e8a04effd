import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const YEAR_SECONDS = 31_536_000;

/** Tells browsers that came over TLS, here or at a trusted proxy, to come so from now on (HSTS, RFC 6797). */
export function secureTransport(request: FastifyRequest, reply: FastifyReply): void {
  if (request.protocol === 'https')
    reply.header('Strict-Transport-Security', `max-age=${YEAR_SECONDS}; includeSubDomains`);
}

/** Tells it on every reply; see `secureTransport`. */
export function requireTransportSecurity(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    secureTransport(request, reply);
    done();
  });
}
