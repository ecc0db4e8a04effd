import { type IncomingMessage } from 'node:http';
import { type LoggerService, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { v7 as uuidv7 } from 'uuid';
import { guardRoutes } from './access/access.hook';
import { PRINCIPAL_RESOLVER, type PrincipalResolver } from './access/principal';
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
export async function createHttpApplication(module: Type | object, options: HttpOptions): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: requestIdOf,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PATH_VALUE_LENGTH },
    skipMiddie: true,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module as Type, adapter, {
    bodyParser: false,
    logger: options.logger,
    abortOnError: false,
  });
  const fastify = adapter.getInstance();
  // Waybill reads JSON alone; what reads other types says so itself.
  fastify.removeContentTypeParser('text/plain');
  fastify.addHook('onRequest', async (request, reply) => void reply.header('X-Request-Id', request.id));
  options.observe(fastify);
  guardRoutes(fastify, app.get<PrincipalResolver>(PRINCIPAL_RESOLVER));
  app.get(RouteTable).collect(fastify);
  app.useSecurityHeaders();
  await app.init();
  return app;
}

// A caller's own id is kept if it can do no harm in a header or a log.
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : uuidv7();
}
