import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { checkIfMatch } from '@waybill/core';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { declareRoute, routeMetadataOf } from '../routes/route-metadata';

/**
 * Declares that a route changes one existing resource and that its service checks the request's preconditions
 * (`requireIfMatch`, `checkIfMatch`).
 */
export const Matched = (): MethodDecorator => declareRoute({ matched: true });

/**
 * Checks the preconditions of all other writes: their targets have no ETag, so none can match. Runs after replays, so
 * that a repeat gets the first response.
 */
@Injectable()
export class UnmatchedWritesInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = execution.switchToHttp().getRequest<FastifyRequest>();
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead && !routeMetadataOf(request).matched) checkIfMatch(request.context, undefined);
    return next.handle();
  }
}
