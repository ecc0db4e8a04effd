import { type IncomingMessage } from 'node:http';
import { type LoggerService, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { guardRoutes } from './access/access.hook';
import { PRINCIPAL_RESOLVER, type PrincipalResolver } from './access/principal';
import { MalformedJsonError } from './problems/errors';
import { toDomainError } from './problems/framework-errors';
import { sendProblem } from './problems/problem.filter';
import { RouteTable } from './routes/route-table';

export interface HttpOptions {
  bodyLimitBytes: number;
  logger: LoggerService;
  /** Adds what observes requests, before anything else sees them. */
  observe: (fastify: FastifyInstance) => void;
}

const REQUEST_TIMEOUT_MS = 30_000;
const MAX_PATH_VALUE_LENGTH = 512;

/** Makes the Nest application that answers HTTP: Fastify, the conventions, and the routes of `module`. It does not listen yet. */
export async function createHttpApplication(
  module: Type | object,
  options: HttpOptions,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: requestIdOf,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(toDomainError(error), request, reply),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PATH_VALUE_LENGTH },
    skipMiddie: true,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module as Type, adapter, {
    bodyParser: false,
    logger: options.logger,
    abortOnError: false,
  });
  const fastify = adapter.getInstance();
  readJsonAlone(fastify);
  fastify.addHook('onRequest', async (request, reply) => void reply.header('X-Request-Id', request.id));
  options.observe(fastify);
  guardRoutes(fastify, app.get<PrincipalResolver>(PRINCIPAL_RESOLVER));
  app.get(RouteTable).collect(fastify);
  app.useSecurityHeaders({
    // Over plain HTTP, as on localhost, there is nothing to upgrade to and nothing to be strict about.
    contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
    strictTransportSecurity: false,
  });
  await app.init();
  return app;
}

// What reads other media types says so itself. A body that is empty is none: a DELETE may come with a Content-Type.
function readJsonAlone(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) return done(null);
    return parse(request, body as string, (error, value) =>
      done(error ? new MalformedJsonError() : null, value),
    );
  });
}

// A caller's own id is kept if it can do no harm in a header or a log.
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : uuidv7();
}
