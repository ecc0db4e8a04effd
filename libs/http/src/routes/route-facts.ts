import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyRequest } from 'fastify';
import type { AccessRule } from '../access/access-rule';
import type { DomainErrorClass } from '../problems/domain-error';

/** What a route declares of itself by decorators; Fastify carries it, so that hooks know it before the body is read. */
export interface RouteFacts {
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
  /** Its reply is one mutable resource: it carries an `ETag` and honours preconditions. */
  tagged: true;
  /** It changes one thing that exists, and its service honours the request's preconditions. */
  matched: true;
  /** `none`: it is not limited; `session_creation`: it has a limit of its own for callers without a session. */
  limit: 'none' | 'session_creation';
}

/** Adds facts to the route of a controller's method. */
export function declareRoute(facts: Partial<RouteFacts>): MethodDecorator {
  return (target, key, descriptor) => {
    const declared = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, descriptor.value as object) as
      object | undefined;
    RouteConfig({ ...declared, ...facts })(target, key, descriptor);
  };
}

/** Declares the domain errors that a route can answer with, for the OpenAPI document. */
export const Problems = (...problems: DomainErrorClass[]): MethodDecorator => declareRoute({ problems });

/** The facts that the route of a request declares. */
export const factsOf = (request: FastifyRequest): Partial<RouteFacts> =>
  (request.routeOptions.config ?? {}) as Partial<RouteFacts>;
