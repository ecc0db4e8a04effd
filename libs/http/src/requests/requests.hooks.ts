import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { MalformedRequestError, UnavailableError } from '../problems/errors';
import { RequestContext } from '../request-context';

/** The id of a request: the caller's own is kept if it can do no harm in a header or a log. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : uuidv7();
}

/** Gives a request its context, and its reply the request's id. */
export function open(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('X-Request-Id', request.id);
  request.context = new RequestContext(request.id, request.ip, request.headers['user-agent']);
}

/** Opens every request; see `open`. */
export function openRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    open(request, reply);
    done();
  });
}

/** Refuses what still comes over an open connection once the server is closing. */
export function refuseWhileClosing(fastify: FastifyInstance): void {
  let closing = false;
  fastify.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  fastify.addHook('onRequest', (_request, _reply, done) =>
    done(closing ? new UnavailableError('The service is stopping. Try again elsewhere.', 1) : undefined),
  );
}

/** Does in our way what Node's server would refuse without a body: a missing or second Host, an unknown Expect. */
export function refuseBadHosts(fastify: FastifyInstance): void {
  (fastify.server as Server).on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    fastify.server.emit('request', request, response),
  );
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    const hosts = raw.headersDistinct.host?.length ?? 0;
    // RFC 9112, 3.2
    const isBad = hosts > 1 || (hosts === 0 && raw.httpVersion === '1.1');
    done(isBad ? new MalformedRequestError('An HTTP/1.1 request names one Host.') : undefined);
  });
}
