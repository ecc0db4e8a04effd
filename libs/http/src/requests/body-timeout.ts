import type { FastifyInstance } from 'fastify';
import { RequestTimeoutError } from '../problems/errors';
import { sendProblem } from '../problems/problem.filter';
import { routeMetadataOf } from '../routes/route-metadata';
import { hasBody } from './streamed-bodies';

/**
 * Refuses a body that takes too long to arrive, with 408. Does not apply to a body that a route reads as a stream.
 * Node's own limit for all requests is long enough for a large file.
 */
export function enforceBodyTimeout(fastify: FastifyInstance, timeoutMs: number): void {
  fastify.addHook('preParsing', (request, reply, payload, done) => {
    if (hasBody(request) && !routeMetadataOf(request).streams) {
      const timer = setTimeout(() => {
        // The rest of the body is not read.
        if (!reply.sent) sendProblem(new RequestTimeoutError(), request, reply.header('Connection', 'close'));
      }, timeoutMs);
      payload.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
    }
    done(null, payload);
  });
}
