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
  // Unknown query parameters and compressed bodies are refused everywhere; the rest can happen to any request.
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

/** Which routes can give which errors without declaring them. */
const rules: readonly Rule[] = [
  always,
  { errors: [UnauthenticatedError], when: ({ access }) => access !== 'public' },
  { errors: [ForbiddenError], when: ({ access }) => typeof access === 'object' },
  { errors: [RateLimitedError], when: ({ limit }) => limit !== 'none' },
  // A path value that is longer than any id.
  { errors: [RouteNotFoundError], when: ({ path }) => path.includes(':') },
  // Fastify reads the body of these methods whether the route wants one or not; one that it does not want is refused.
  {
    errors: [
      MalformedJsonError,
      BodyTooLargeError,
      BodyTooComplexError,
      ValidationFailedError,
      CrossOriginWriteError,
    ],
    when: ({ method }) => method !== 'GET',
  },
  {
    errors: [IdempotencyKeyReusedError, IdempotencyKeyInFlightError],
    when: ({ idempotent }) => idempotent === true,
  },
  { errors: [PreconditionFailedError], when: (route) => route.method !== 'GET' || isTaggedRead(route) },
];

/** Every error that a route can answer with: what all of its shape can give, and what it declares itself. */
export function problemsOf(route: Route): DomainErrorClass[] {
  const general = rules.filter(({ when }) => when(route)).flatMap(({ errors }) => errors);
  return [...new Set([...general, ...(route.problems ?? [])])];
}
