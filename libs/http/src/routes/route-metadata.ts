import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { DomainErrorClass } from '@waybill/core';
import type { FastifyRequest } from 'fastify';
import type { AccessRule } from '../access/access-rule';

/** What a route declares of itself by decorators; Fastify carries it, so that hooks know it before the body is read. */
export interface RouteMetadata {
  access: AccessRule;
  /** The errors that only this route can give; what every route of its shape can give is added by itself. */
  problems: readonly DomainErrorClass[];
  /** The `Location` of the reply, from its body. */
  location: (body: unknown) => string;
  /** The `Retry-After` of the reply, in seconds. */
  retryAfter: number;
  /** It stays out of the OpenAPI document: a page or a file for browsers. */
  undocumented: true;
  /** It creates or triggers something, once under an `Idempotency-Key`. */
  idempotent: true;
  /** Its reply is one mutable resource: it carries an `ETag` and checks preconditions. */
  tagged: true;
  /** It changes one thing that exists, and its service checks the request’s preconditions. */
  matched: true;
  /** The class of its `@Query()`; without one it takes no parameter. */
  query: new () => object;
  /** It has a `@Body()`. */
  takesBody: boolean;
  /** `none`: it is not limited; `session_creation`: it has a limit of its own for callers without a session. */
  limit: 'none' | 'session_creation';
}

/** Adds metadata to the route of a controller's method. */
export function declareRoute(metadata: Partial<RouteMetadata>): MethodDecorator {
  return (target, key, descriptor) => {
    const declared = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, descriptor.value as object) as
      object | undefined;
    RouteConfig({ ...declared, ...argumentsOf(target, key), ...metadata })(target, key, descriptor);
  };
}

// The parameters of a method are decorated before the method is.
function argumentsOf(target: object, method: string | symbol): Partial<RouteMetadata> {
  const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, target.constructor, method) ?? {}) as Record<
    string,
    { index: number }
  >;
  const types = (Reflect.getMetadata('design:paramtypes', target, method) ?? []) as (new () => object)[];
  const find = (type: RouteParamtypes) => Object.keys(args).find((key) => key.startsWith(`${type}:`));
  const query = find(RouteParamtypes.QUERY);
  const queryType = query && types[args[query]!.index];
  return { ...(queryType && { query: queryType }), takesBody: find(RouteParamtypes.BODY) !== undefined };
}

/** Declares the domain errors that a route can answer with, for the OpenAPI document. */
export const ApiProblems = (...problems: DomainErrorClass[]): MethodDecorator => declareRoute({ problems });

/** The metadata that the route of a request declares. */
export const routeMetadataOf = (request: FastifyRequest): Partial<RouteMetadata> =>
  (request.routeOptions.config ?? {}) as Partial<RouteMetadata>;
