import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { checkIfMatch } from '@waybill/core';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { declareRoute, routeMetadataOf } from '../routes/route-metadata';

/**
 * Declares that a route changes one thing that exists, and that its service holds that to the request's preconditions
 * (`requireIfMatch`, `checkIfMatch`).
 */
export const Matched = (): MethodDecorator => declareRoute({ matched: true });

/**
 * Holds all other writes to their preconditions: what they are sent to has no tag that could match. It stands behind the
 * replays, so that a repeat gets the first reply.
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
