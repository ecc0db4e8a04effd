import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { holdsCredential, RequestContext, UnavailableError } from '@waybill/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { MalformedRequestError } from '../problems/errors';

const SANE_ID = /^[\w.:-]{1,128}$/;
const UNSPECIFIED_ADDRESS = '0.0.0.0';
const MAX_PORT = 65_535;

/**
 * Returns the request's ID. Keeps the caller's own if it is safe in headers and logs and does not look like a
 * credential.
 */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE_ID.test(given) && !holdsCredential(given) ? given : uuidv7();
}

/** Gives a request its context, and its reply the request ID. */
export function open(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('X-Request-Id', request.id);
  // A closed connection has no address.
  const address = (request.ip as string | undefined) ?? UNSPECIFIED_ADDRESS;
  request.context = new RequestContext(request.id, address, request.headers['user-agent']);
}

/** Opens every request; see `open`. */
export function openRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    open(request, reply);
    done();
  });
}

/** Refuses requests on open connections while the server is closing. */
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

/** Refuses requests whose Host is missing, repeated or invalid: RFC 9112, 3.2. */
export function refuseBadHosts(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    const sent = raw.headersDistinct.host ?? [];
    const hosts = raw.headers.host === undefined ? sent : [...sent, raw.headers.host];
    const isBad = sent.length > 1 || (sent.length === 0 && raw.httpVersion === '1.1') || !hosts.every(isHost);
    done(isBad ? new MalformedRequestError('An HTTP/1.1 request names one valid Host.') : undefined);
  });
}

// RFC 3986, 3.2.2: a name, an IPv4 address, or an IPv6 address in brackets, and an optional port.
const HOST = /^(?:\[(?<v6>[\da-f:.]+)\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})+)(?::(?<port>\d*))?$/i;

function isHost(text: string): boolean {
  const groups = HOST.exec(text)?.groups;
  return (
    groups !== undefined &&
    (groups.v6 === undefined || isIPv6(groups.v6)) &&
    Number(groups.port ?? 0) <= MAX_PORT
  );
}
