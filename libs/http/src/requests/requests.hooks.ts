import { isIPv6 } from 'node:net';
import { RequestContext, UnavailableError } from '@waybill/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MalformedRequestError } from '../problems/errors';

const UNSPECIFIED_ADDRESS = '0.0.0.0';
const MAX_PORT = 65_535;

/** Creates the request's context, and adds the request ID to the reply. */
export function openRequest(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('X-Request-Id', request.id);
  // A closed connection has no address.
  const address = (request.ip as string | undefined) ?? UNSPECIFIED_ADDRESS;
  request.context = new RequestContext(request.id, address, request.headers['user-agent']);
}

/** Creates the context of every request; see `openRequest`. */
export function openRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    openRequest(request, reply);
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
    done(closing ? new UnavailableError('The server is stopping. Try again.', 1) : undefined),
  );
}

/** Refuses requests whose Host is missing, repeated or invalid: RFC 9112, 3.2. */
export function refuseBadHosts(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    const sent = sentHosts(raw.rawHeaders);
    const hosts = raw.headers.host === undefined ? sent : [...sent, raw.headers.host];
    const isBad = sent.length > 1 || (sent.length === 0 && raw.httpVersion === '1.1') || !hosts.every(isHost);
    done(
      isBad
        ? new MalformedRequestError('An HTTP/1.1 request must have exactly one valid Host header.')
        : undefined,
    );
  });
}

// Node's `headersDistinct` would read all other headers too.
function sentHosts(rawHeaders: string[]): string[] {
  const hosts: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts.push(rawHeaders[at + 1] as string);
  }
  return hosts;
}

// RFC 3986, 3.2.2: a name, an IPv4 address, or an IPv6 address in brackets, with an optional port.
const HOST = /^(?:\[(?<v6>[\da-f:.]+)\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})+)(?::(?<port>\d*))?$/i;

function isHost(text: string): boolean {
  const groups = HOST.exec(text)?.groups;
  return (
    groups !== undefined &&
    (groups.v6 === undefined || isIPv6(groups.v6)) &&
    Number(groups.port ?? 0) <= MAX_PORT
  );
}
