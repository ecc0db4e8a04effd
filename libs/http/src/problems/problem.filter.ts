import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { DomainError } from '@waybill/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { headersOf } from './errors';
import { toDomainError } from './framework-errors';
import { PROBLEM_MEDIA_TYPE, problemOf, statusOfKind } from './problem';

/** Answers every thrown error with a problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = toDomainError(thrown);
    if (statusOfKind[error.kind] >= 500)
      this.logger.error({ err: thrown, code: error.code }, 'Request failed');
    if (!reply.sent) sendProblem(error, request, reply);
  }
}

/** Sends the problem document of an error with its headers. */
export function sendProblem(error: DomainError, request: FastifyRequest, reply: FastifyReply): void {
  void reply
    .status(statusOfKind[error.kind])
    .headers({ 'Cache-Control': 'no-store', 'X-Request-Id': request.id, ...headersOf(error) })
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problemOf(error, request)));
}
