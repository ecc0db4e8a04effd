import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { RequestContext } from '@waybill/core';
import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    context: RequestContext;
  }
}

/** Injects the request's `RequestContext` into a controller method. */
export const Ctx = createParamDecorator(
  (_: unknown, execution: ExecutionContext) => execution.switchToHttp().getRequest<FastifyRequest>().context,
);
