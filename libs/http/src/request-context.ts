import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { RequestContext } from '@waybill/core';
import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    context: RequestContext;
  }
}

/** Hands a controller method the `RequestContext` of its request. */
export const Ctx = createParamDecorator(
  (_: unknown, execution: ExecutionContext) => execution.switchToHttp().getRequest<FastifyRequest>().context,
);
