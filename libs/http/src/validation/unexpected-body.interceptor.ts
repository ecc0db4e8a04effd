import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { ValidationFailedError } from '@waybill/core';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { pointerOf } from './field-errors';

/** Refuses bodies on routes that take none. */
@Injectable()
export class UnexpectedBodyInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { body } = execution.switchToHttp().getRequest<FastifyRequest>();
    if (body !== undefined && body !== null && !takesBody(execution)) refuse(body);
    return next.handle();
  }
}

function takesBody(execution: ExecutionContext): boolean {
  const args = Reflect.getMetadata(ROUTE_ARGS_METADATA, execution.getClass(), execution.getHandler().name) as
    object | undefined;
  return Object.keys(args ?? {}).some((key) => key.startsWith(`${RouteParamtypes.BODY}:`));
}

function refuse(body: unknown): void {
  if (typeof body !== 'object' || Array.isArray(body))
    throw ValidationFailedError.at('', 'unexpected_body', 'This operation takes no body.');
  const errors = Object.keys(body as object).map((name) => ({
    code: 'unknown_field',
    detail: 'This field is unknown.',
    pointer: pointerOf([name]),
  }));
  if (errors.length > 0) throw new ValidationFailedError(errors);
}
