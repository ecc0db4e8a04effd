import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import { UnavailableError } from '@waybill/core';
import type { FastifyInstance } from 'fastify';
import { Counter } from 'prom-client';
import { headersOf } from '../problems/errors';
import { PROBLEM_MEDIA_TYPE, problemOf, statusOfKind } from '../problems/problem';
import { SECURITY_HEADERS } from '../replies/security-headers';
import { requestIdOf } from '../requests/request-id';
import type { RouteTable } from '../routes/route-table';
import { Load } from './load';

const LOG_INTERVAL_MS = 1_000;

const refused = new Counter({
  name: 'waybill_http_refused_total',
  help: 'Requests refused because of overload.',
});
const logger = new Logger('Overload');

/** Marks a request that is counted as in progress. */
const COUNTED = Symbol('counted');
type Counted = IncomingMessage & { [COUNTED]?: boolean };

/**
 * Refuses requests while a new request would wait for more than half a second. A refusal must cost far less than a
 * request, so it is sent before Fastify handles the request, and refusals are logged at most once a second. Routes
 * without a rate limit, such as health checks, are never refused.
 */
export function shedLoad(fastify: FastifyInstance, routes: RouteTable, load = new Load()): void {
  const server = fastify.server as Server;
  const enter = (request: Counted) => {
    request[COUNTED] = true;
    load.enter();
  };
  const leave = (request: Counted, finished: boolean) => {
    if (!request[COUNTED]) return;
    request[COUNTED] = false;
    load.leave(finished);
  };
  const recordRefusal = refusalRecorder();
  const [handle, ...others] = server.listeners('request') as ((...args: unknown[]) => void)[];
  if (!handle || others.length > 0) throw new Error('Expected only the request listener of Fastify');
  server.removeAllListeners('request');
  server.on('request', (request: Counted, response: ServerResponse) => {
    if (!isUnlimited(request.url ?? '/', routes)) {
      if (load.isOverloaded) {
        recordRefusal();
        return refuse(request, response);
      }
      enter(request);
      response.once('close', () => leave(request, false));
    }
    handle.call(server, request, response);
  });
  // Does not count a request while the client sends the body or reads the response: a slow client does not delay other
  // requests.
  fastify.addHook('preParsing', ({ raw }, _reply, payload, done) => {
    if (hasBody(raw)) leave(raw, false);
    done(null, payload);
  });
  fastify.addHook('preValidation', ({ raw }, _reply, done) => {
    if (hasBody(raw)) enter(raw);
    done();
  });
  fastify.addHook('onSend', ({ raw }, _reply, payload, done) => {
    leave(raw, true);
    done(null, payload);
  });
}

function isUnlimited(url: string, { unlimitedPaths }: RouteTable): boolean {
  const end = url.indexOf('?');
  return unlimitedPaths.has(end < 0 ? url : url.slice(0, end));
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function refuse(request: IncomingMessage, response: ServerResponse): void {
  const error = new UnavailableError('The server is overloaded. Try again in a second.', 1);
  const id = requestIdOf(request);
  const body = JSON.stringify(problemOf(error, { id, url: request.url ?? '/' }));
  response.writeHead(statusOfKind[error.kind], {
    ...SECURITY_HEADERS,
    'x-request-id': id,
    'cache-control': 'no-store',
    ...headersOf(error),
    'content-type': `${PROBLEM_MEDIA_TYPE}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** Counts refusals, and logs their number at most once a second. */
function refusalRecorder(): () => void {
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  return () => {
    refused.inc();
    count += 1;
    timer ??= setTimeout(() => {
      logger.warn({ refused: count }, 'Overloaded: requests were refused');
      count = 0;
      timer = undefined;
    }, LOG_INTERVAL_MS).unref();
  };
}
