import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const YEAR_SECONDS = 31_536_000;

/** Adds the HSTS header (RFC 6797) to a reply over TLS, whether TLS ends here or at a trusted proxy. */
export function setHstsHeader(request: FastifyRequest, reply: FastifyReply): void {
  if (request.protocol === 'https')
    reply.header('Strict-Transport-Security', `max-age=${YEAR_SECONDS}; includeSubDomains`);
}

/** Adds the HSTS header to every reply; see `setHstsHeader`. */
export function addHstsHeader(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    setHstsHeader(request, reply);
    done();
  });
}
