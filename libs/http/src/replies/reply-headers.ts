import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Page } from '@waybill/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { declareRoute, routeMetadataOf } from '../routes/route-metadata';

/** Declares the `Location` header of a reply: a path of this API. */
export const Location = <T>(path: (body: T) => string): MethodDecorator =>
  declareRoute({ location: path as (body: unknown) => string });

/** Declares the `Retry-After` header of a reply. */
export const RetryAfter = (seconds: number): MethodDecorator => declareRoute({ retryAfter: seconds });

/** Sets the headers of a successful reply: those that its route declares, and those of private replies and pages. */
@Injectable()
export class ReplyHeadersInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = execution.switchToHttp().getRequest<FastifyRequest>();
    const reply = execution.switchToHttp().getResponse<FastifyReply>();
    const { access, location, retryAfter } = routeMetadataOf(request);
    return next.handle().pipe(
      map((body: unknown) => {
        if (access !== 'public') reply.header('Cache-Control', 'no-store');
        if (location) reply.header('Location', location(body));
        if (retryAfter !== undefined) reply.header('Retry-After', String(retryAfter));
        const cursor = (body as Partial<Page<unknown>> | undefined)?.next_cursor;
        if (typeof cursor === 'string')
          reply.header('Link', `<${nextPage(request.url, cursor)}>; rel="next"`);
        return body;
      }),
    );
  }
}

function nextPage(url: string, cursor: string): string {
  const [path, query] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${path}?${parameters}`;
}
