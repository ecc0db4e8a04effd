import {
  BadRequestError,
  type DomainErrorClass,
  PreconditionFailedError,
  UnavailableError,
  ValidationFailedError,
} from '@waybill/core';
import { CrossOriginWriteError } from '../cross-origin/cross-origin-write.error';
import { IdempotencyKeyInFlightError, IdempotencyKeyReusedError } from '../idempotency/idempotency.errors';
import { RateLimitedError } from '../limits/rate-limited.error';
import {
  BodyTooComplexError,
  BodyTooLargeError,
  ForbiddenError,
  HeadersTooLargeError,
  InternalError,
  MalformedJsonError,
  MalformedRequestError,
  RequestTimeoutError,
  RouteNotFoundError,
  UnauthenticatedError,
  UnsupportedMediaTypeError,
} from '../problems/errors';
import { isTaggedRead, type Route } from './route-table';

interface Rule {
  errors: readonly DomainErrorClass[];
  when: (route: Route) => boolean;
}

const always: Rule = {
  // Every route refuses unknown query parameters and compressed bodies. The other errors can occur on any route.
  errors: [
    BadRequestError,
    MalformedRequestError,
    RequestTimeoutError,
    UnsupportedMediaTypeError,
    HeadersTooLargeError,
    InternalError,
    UnavailableError,
  ],
  when: () => true,
};

/** Errors that routes can return without declaring them. */
const rules: readonly Rule[] = [
  always,
  { errors: [UnauthenticatedError], when: ({ access }) => access !== 'public' },
  { errors: [ForbiddenError], when: ({ access }) => typeof access === 'object' },
  { errors: [RateLimitedError], when: ({ limit }) => limit !== 'none' },
  // The router refuses a path value that is longer than any ID.
  { errors: [RouteNotFoundError], when: ({ path }) => path.includes(':') },
  // Fastify reads the body of these methods on every route. A route without a body refuses one.
  {
    errors: [BodyTooLargeError, ValidationFailedError, CrossOriginWriteError],
    when: ({ method }) => method !== 'GET',
  },
  {
    errors: [MalformedJsonError, BodyTooComplexError],
    when: ({ method, streams }) => method !== 'GET' && streams === undefined,
  },
  {
    errors: [IdempotencyKeyReusedError, IdempotencyKeyInFlightError],
    when: ({ idempotent }) => idempotent === true,
  },
  { errors: [PreconditionFailedError], when: (route) => route.method !== 'GET' || isTaggedRead(route) },
];

/** Returns every error of a route: those common to routes of its shape, and those that it declares. */
export function problemsOf(route: Route): DomainErrorClass[] {
  const general = rules.filter(({ when }) => when(route)).flatMap(({ errors }) => errors);
  return [...new Set([...general, ...(route.problems ?? [])])];
}
