import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { validateQuery } from './validate';

/**
 * Validates the query of every route against the class of its `@Query()`; without one, refuses every parameter. This is
 * a guard, not a pipe, so that an invalid query is refused before an idempotent replay; an invalid body is refused
 * after it.
 */
@Injectable()
export class QueryGuard implements CanActivate {
  async canActivate(execution: ExecutionContext): Promise<true> {
    const request = execution.switchToHttp().getRequest<FastifyRequest>();
    const dto = queryClassOf(execution.getClass(), execution.getHandler().name);
    request.query = await validateQuery(dto, request.query as Record<string, unknown>);
    return true;
  }
}

const known = new Map<string, (new () => object) | undefined>();

function queryClassOf(
  controller: new (...args: never[]) => unknown,
  method: string,
): (new () => object) | undefined {
  const key = `${controller.name}.${method}`;
  if (!known.has(key)) known.set(key, findQueryClass(controller, method));
  return known.get(key);
}

function findQueryClass(
  controller: new (...args: never[]) => unknown,
  method: string,
): (new () => object) | undefined {
  const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Record<
    string,
    { index: number }
  >;
  const types = (Reflect.getMetadata('design:paramtypes', controller.prototype as object, method) ??
    []) as (new () => object)[];
  const query = Object.entries(args).find(([key]) => key.startsWith(`${RouteParamtypes.QUERY}:`));
  return query && types[query[1].index];
}
