import type { IncomingMessage, Server } from 'node:http';
import type { INestApplicationContext, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { CONFIG, type Config } from '@waybill/config';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { authenticate, authorize } from './access/access.hooks';
import { Callers } from './access/callers';
import { PRINCIPAL_RESOLVER } from './access/principal-resolver';
import { answerPreflights, setCorsHeaders, addCorsHeaders } from './cross-origin/cors.hook';
import { Origins } from './cross-origin/origins';
import { refuseCrossOriginWrites } from './cross-origin/same-origin.hook';
import { Limits } from './limits/limits';
import { countAddress, countAddresses, countPrincipals, enforceRateLimits } from './limits/limits.hooks';
import { shedLoad } from './overload/shed-load';
import { addETags } from './preconditions/etag';
import { toDomainError } from './problems/framework-errors';
import { sendProblem } from './problems/problem.filter';
import { addReplyHeaders } from './replies/reply-headers';
import { addSecurityHeaders, setSecurityHeaders } from './replies/security-headers';
import { answerClientError } from './requests/client-errors';
import { forwardedAddresses } from './requests/forwarded';
import { enforceBodyTimeout } from './requests/body-timeout';
import { acceptOnlyJson, refuseEncodedBodies } from './requests/json-bodies';
import { handleExpectAndConnect, REQUEST_TIMEOUT_MS, serverOptions } from './requests/protocol';
import { toOriginForm } from './requests/target';
import { addHstsHeader, setHstsHeader } from './requests/transport-security';
import { requestIdOf } from './requests/request-id';
import { refuseOtherMediaTypes, streamCsv } from './requests/streamed-bodies';
import { openRequest, openRequests, refuseBadHosts, refuseWhileClosing } from './requests/requests.hooks';
import { RouteTable } from './routes/route-table';
import { refuseUnknownRoutes } from './routes/unknown-routes.hook';
import { checkRequests } from './validation/check-requests';

export interface HttpOptions {
  bodyLimitBytes: number;
  /** Maximum size of a CSV file, which is read as a stream. */
  csvLimitBytes: number;
  /** Certificate and key to serve TLS with, both PEM. Without them, HTTP is plain. */
  tls?: { cert: string; key: string };
  /** Addresses and networks (CIDR) of the proxies whose `X-Forwarded-*` headers are trusted. Default: none. */
  trustProxy?: string[];
  /** Time limit for a request to arrive. Default: 30 s. */
  requestTimeoutMs?: number;
  logger: LoggerService;
  /** Adds observers of requests. Called before all other hooks. */
  observe: (fastify: FastifyInstance) => void;
}

const MAX_PATH_VALUE_LENGTH = 512;

/**
 * Creates the Nest application that serves HTTP: Fastify, the conventions, and the routes of `module`. Does not listen
 * yet.
 */
export async function createHttpApplication(
  module: Type | object,
  options: HttpOptions,
): Promise<NestFastifyApplication> {
  const adapter = adapterFor(
    options,
    (error, request, reply) => void answerRouterError(app, origins, error, request, reply),
  );
  const app = await NestFactory.create<NestFastifyApplication>(module as Type, adapter, {
    bodyParser: false,
    logger: options.logger,
    abortOnError: false,
  });
  const { publicUrl, corsOrigins, host } = app.get<Config>(CONFIG);
  const origins = new Origins(publicUrl, corsOrigins, host);
  const fastify = adapter.getInstance();
  handleExpectAndConnect(fastify.server as Server, app.get(RouteTable));
  shedLoad(fastify, app.get(RouteTable));
  acceptOnlyJson(fastify);
  streamCsv(fastify, options.csvLimitBytes);
  openRequests(fastify);
  options.observe(fastify);
  addHooks(fastify, app, origins, options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS);
  app.get(RouteTable).collect(fastify);
  await app.init();
  return app;
}

/** @param onRouterError answers requests that the router rejects before any hook runs. */
function adapterFor(
  options: HttpOptions,
  onRouterError: (error: Error, request: FastifyRequest, reply: FastifyReply) => void,
): FastifyAdapter {
  const requestTimeout = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const node = serverOptions(requestTimeout);
  const readForwarded = options.trustProxy
    ? forwardedAddresses((message) => options.logger.warn(message, 'TrustProxy'))
    : () => undefined;
  return new FastifyAdapter({
    bodyLimit: options.bodyLimitBytes,
    trustProxy: options.trustProxy ?? false,
    // Fastify has no type for options that can be for HTTP or HTTPS.
    ...((options.tls ? { https: { ...node, ...options.tls } } : { http: node }) as object),
    requestTimeout: node.requestTimeout,
    // Requests during shutdown get a problem document too.
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    genReqId: requestIdOf,
    rewriteUrl: (raw: IncomingMessage) => {
      readForwarded(raw);
      return toOriginForm(raw);
    },
    frameworkErrors: onRouterError,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PATH_VALUE_LENGTH },
    skipMiddie: true,
  });
}

/**
 * Adds the hooks of every route. The order of the hooks determines the order of refusals: first all refusals that are
 * possible before the body is read; then 413, 415 and 400 for the body (Fastify); 400 for the query and headers
 * (`checkRequests`); a replay (the interceptor of idempotent routes); 422 (pipes); and finally the service's errors.
 * These are hooks because a global guard or interceptor makes Nest start RxJS for every request.
 */
function addHooks(
  fastify: FastifyInstance,
  app: INestApplicationContext,
  origins: Origins,
  bodyTimeoutMs: number,
): void {
  const limits = app.get(Limits);
  const routes = app.get(RouteTable);
  const callers = new Callers(app.get(PRINCIPAL_RESOLVER), limits);
  addSecurityHeaders(fastify);
  addHstsHeader(fastify);
  addCorsHeaders(fastify, origins);
  countAddresses(fastify, limits);
  refuseWhileClosing(fastify);
  refuseBadHosts(fastify);
  answerPreflights(fastify, origins, routes);
  refuseUnknownRoutes(fastify, routes);
  authenticate(fastify, callers);
  countPrincipals(fastify, limits);
  authorize(fastify);
  refuseCrossOriginWrites(fastify, origins);
  enforceRateLimits(fastify, limits, callers);
  refuseEncodedBodies(fastify);
  enforceBodyTimeout(fastify, bodyTimeoutMs);
  refuseOtherMediaTypes(fastify);
  checkRequests(fastify);
  addReplyHeaders(fastify);
  addETags(fastify);
}

// No hook has run, so this adds the headers that hooks add to every reply.
async function answerRouterError(
  app: INestApplicationContext,
  origins: Origins,
  error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  openRequest(request, reply);
  setSecurityHeaders(reply);
  setHstsHeader(request, reply);
  setCorsHeaders(origins, request, reply);
  await countAddress(app.get(Limits), request, reply);
  sendProblem(toDomainError(error), request, reply);
}
