import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { MethodNotAllowedError } from '../problems/errors';
import type { RouteTable } from '../routes/route-table';
import { refuseConnection } from './client-errors';

/** How long a request may take to arrive, its headers and its body. */
export const REQUEST_TIMEOUT_MS = 30_000;
// Node looks for late requests so often; by default as seldom as every 30 s.
const CHECK_EVERY_MS = 1_000;

/** Options of Node's HTTP and HTTPS servers. A request without a Host is answered by us, with a problem document. */
export const serverOptions = (requestTimeout: number) => ({
  requireHostHeader: false,
  headersTimeout: requestTimeout,
  requestTimeout,
  connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, requestTimeout),
});

/** Does in our way what Node's server does before a request reaches a handler: `Expect`, and CONNECT. */
export function answerProtocol(server: Server, routes: RouteTable): void {
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    void server.emit('request', request, response);
  server.on('checkExpectation', handle);
  // The body is asked for once somebody reads it: what is refused before never is.
  server.on('checkContinue', (request, response) => {
    request.once('resume', () => {
      if (!response.headersSent) response.writeContinue();
    });
    handle(request, response);
  });
  server.on('connect', (_request, socket: Duplex) => {
    socket.on('error', () => undefined); // Node has let go of it
    refuseConnection(new MethodNotAllowedError(routes.methods, 'This server is no proxy.'), socket);
  });
}
