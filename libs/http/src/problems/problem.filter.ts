import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RouteTable } from '../routes/route-table';
import type { DomainError } from './domain-error';
import { MethodNotAllowedError } from './errors';
import { toDomainError } from './framework-errors';
import { PROBLEM_MEDIA_TYPE, problemOf, statusOfKind } from './problem';

/** Answers everything that is thrown, by whomever, with a problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(private readonly routes: RouteTable) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = this.unroutedMethod(request, thrown) ?? toDomainError(thrown);
    if (statusOfKind[error.kind] >= 500)
      this.logger.error({ err: thrown, code: error.code }, 'Request failed');
    if (!reply.sent) sendProblem(error, request, reply);
  }

  private unroutedMethod(request: FastifyRequest, thrown: unknown): DomainError | undefined {
    if (!request.is404 || !(thrown instanceof HttpException) || thrown.getStatus() !== 404) return undefined;
    const allowed = this.routes.allowedMethods(request.url.split('?', 1)[0] ?? '/');
    return allowed.length > 0 ? new MethodNotAllowedError(allowed) : undefined;
  }
}

/** Sends the problem document of an error, with the headers that it asks for. */
export function sendProblem(error: DomainError, request: FastifyRequest, reply: FastifyReply): void {
  void reply
    .status(statusOfKind[error.kind])
    .headers({ 'Cache-Control': 'no-store', ...error.extras.headers })
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problemOf(error, request)));
}
