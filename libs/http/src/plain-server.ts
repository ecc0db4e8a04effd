import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { toDomainError } from './problems/framework-errors';
import { sendProblem } from './problems/problem.filter';
import { answerClientError } from './requests/client-errors';
import { handleExpectAndConnect, serverOptions } from './requests/protocol';
import { requestIdOf } from './requests/request-id';
import { openRequests, refuseBadHosts } from './requests/requests.hooks';
import { toOriginForm } from './requests/target';
import { RouteTable } from './routes/route-table';
import { refuseUnknownRoutes } from './routes/unknown-routes.hook';
import { validateQuery } from './validation/validate';

/** Creates a server for a few public GET routes without parameters. It answers errors like the API. */
export function createPlainServer(
  requestTimeout: number,
  paths: Readonly<Record<string, (reply: FastifyReply) => unknown>>,
): FastifyInstance {
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    sendProblem(toDomainError(error), request, reply);
  const server = fastify({
    http: serverOptions(requestTimeout),
    requestTimeout,
    // The responses are short, so a connection that is still open at shutdown has no complete request.
    forceCloseConnections: true,
    clientErrorHandler: answerClientError,
    genReqId: requestIdOf,
    rewriteUrl: toOriginForm,
    frameworkErrors: refuse,
    routerOptions: { ignoreTrailingSlash: true },
  });
  const routes = new RouteTable();
  server.setErrorHandler(refuse);
  handleExpectAndConnect(server.server, routes);
  openRequests(server);
  refuseBadHosts(server);
  refuseUnknownRoutes(server, routes);
  server.addHook('onRequest', async ({ query }) => {
    await validateQuery(undefined, query as Record<string, unknown>);
  });
  routes.collect(server);
  for (const [path, answer] of Object.entries(paths))
    server.get(path, { config: { access: 'public' } as object }, (_request, reply) => answer(reply));
  return server;
}
