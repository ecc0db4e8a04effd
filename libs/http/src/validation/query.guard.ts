import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { validateQuery } from './validate';

type QueryClass = new () => object;
type Handler = ReturnType<ExecutionContext['getHandler']>;

/**
 * Validates the query of every route against the class of its `@Query()`; without one, refuses every parameter. This is
 * a guard, not a pipe, so that an invalid query is refused before an idempotent replay; an invalid body is refused
 * after it.
 */
@Injectable()
export class QueryGuard implements CanActivate {
  async canActivate(execution: ExecutionContext): Promise<true> {
    const request = execution.switchToHttp().getRequest<FastifyRequest>();
    const dto = queryClassOf(execution);
    request.query = await validateQuery(dto, request.query as Record<string, unknown>);
    return true;
  }
}

const known = new WeakMap<Handler, { dto: QueryClass | undefined }>();

// The handler is the key: names of classes and methods are not unique, and a subclass may inherit a handler together
// with its query.
function queryClassOf(execution: ExecutionContext): QueryClass | undefined {
  const handler = execution.getHandler();
  let found = known.get(handler);
  if (!found) known.set(handler, (found = { dto: findQueryClass(execution.getClass(), handler.name) }));
  return found.dto;
}

function findQueryClass(
  controller: new (...args: never[]) => unknown,
  method: string,
): QueryClass | undefined {
  const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Record<
    string,
    { index: number }
  >;
  const types = (Reflect.getMetadata('design:paramtypes', controller.prototype as object, method) ??
    []) as QueryClass[];
  const query = Object.entries(args).find(([key]) => key.startsWith(`${RouteParamtypes.QUERY}:`));
  return query && types[query[1].index];
}
