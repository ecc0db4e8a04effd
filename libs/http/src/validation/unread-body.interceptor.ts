import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { UnreadBody } from '../requests/json-bodies';

/** Refuses a body that was too complex to parse, on every route and before any other code uses it. */
@Injectable()
export class UnreadBodyInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { body } = execution.switchToHttp().getRequest<FastifyRequest>();
    if (body instanceof UnreadBody) throw body.refusal;
    return next.handle();
  }
}
