import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { MethodNotAllowedError } from '../problems/errors';
import type { RouteTable } from '../routes/route-table';
import { refuseConnection } from './client-errors';

/** Time limit for a request's headers to arrive, and again for its body. */
export const REQUEST_TIMEOUT_MS = 30_000;
/**
 * Time limit for a request whose body a route reads as a stream. Shorter than the five minutes after which an
 * unfinished upload is deleted.
 */
const STREAM_TIMEOUT_MS = 240_000;
// Interval at which Node checks for late requests; its default is 30 s.
const CHECK_EVERY_MS = 1_000;

/**
 * Options of Node's HTTP and HTTPS servers. Node does not check for a Host header, so that we can answer with a problem
 * document.
 */
export const serverOptions = (requestTimeout: number) => ({
  requireHostHeader: false,
  headersTimeout: requestTimeout,
  requestTimeout: STREAM_TIMEOUT_MS,
  connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, requestTimeout),
});

/** Replaces Node's default handling of `Expect` and CONNECT, which runs before any handler. */
export function handleExpectAndConnect(server: Server, routes: RouteTable): void {
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    void server.emit('request', request, response);
  server.on('checkExpectation', handle);
  // Sends 100 Continue only when the body is read, so a request that is refused first never sends its body.
  server.on('checkContinue', (request, response) => {
    request.once('resume', () => {
      if (!response.headersSent) response.writeContinue();
    });
    handle(request, response);
  });
  server.on('connect', (_request, socket: Duplex) => {
    socket.on('error', () => undefined); // Node no longer handles this socket.
    refuseConnection(new MethodNotAllowedError(routes.methods, 'This server is not a proxy.'), socket);
  });
}
