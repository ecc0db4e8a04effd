import type { FastifyInstance } from 'fastify';

const YEAR_SECONDS = 31_536_000;

/** Tells browsers that came over TLS, here or at a trusted proxy, to come so from now on (HSTS, RFC 6797). */
export function requireTransportSecurity(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.protocol === 'https')
      reply.header('Strict-Transport-Security', `max-age=${YEAR_SECONDS}; includeSubDomains`);
    done();
  });
}
