import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { DomainErrorClass } from '@waybill/core';
import type { FastifyRequest } from 'fastify';
import type { AccessRule } from '../access/access-rule';

/**
 * Metadata that a route declares by decorators. Fastify carries it, so that hooks can read it before the body is read.
 */
export interface RouteMetadata {
  access: AccessRule;
  /** Errors specific to this route. Errors common to routes of its shape are added automatically. */
  problems: readonly DomainErrorClass[];
  /** Builds the `Location` header from the body of the reply. */
  location: (body: unknown) => string;
  /** Value of the `Retry-After` header, in seconds. */
  retryAfter: number;
  /** Excludes the route from the OpenAPI document: a page or a file for browsers. */
  undocumented: true;
  /** The route creates or triggers something once per `Idempotency-Key`. */
  idempotent: true;
  /** The reply is one mutable resource: it carries an `ETag`, and preconditions are checked. */
  tagged: true;
  /** The route changes one existing resource, and its service checks the request's preconditions. */
  matched: true;
  /** The route creates the resource if it does not exist: a PUT. */
  creates: true;
  /** Class of the `@Query()`. Without one, the route takes no query parameters. */
  query: new () => object;
  /** Media type of the body that the route reads as a stream. Without one, it takes JSON. */
  streams: 'text/csv';
  /** Whether the handler has a `@Body()`. */
  takesBody: boolean;
  /** `none`: no rate limit; `session_creation`: an additional limit for callers without a session. */
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

// TypeScript applies parameter decorators before method decorators.
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

/** Declares the domain errors of a route for the OpenAPI document. */
export const ApiProblems = (...problems: DomainErrorClass[]): MethodDecorator => declareRoute({ problems });

/** Returns the metadata of a request's route. */
export const routeMetadataOf = (request: FastifyRequest): Partial<RouteMetadata> =>
  (request.routeOptions.config ?? {}) as Partial<RouteMetadata>;
