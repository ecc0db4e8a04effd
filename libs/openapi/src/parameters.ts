import { PreconditionRequiredError } from '@waybill/core';
import { isTaggedRead, problemsOf, type Route } from '@waybill/http';
import type { Parameter, Reference } from './types';

/** For `@ApiParam`: a UUID in the path. */
export const uuidParameter = (name: string) => ({
  name,
  schema: { type: 'string', format: 'uuid', examples: ['019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11'] },
});

/** The request headers that the API's conventions use. */
export const parameterComponents: Readonly<Record<string, Parameter>> = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Makes a retry safe. Choose a unique value of up to 255 characters, such as a UUID. If you send the same request again with the same key within 24 hours, you get the first reply, and the request has no second effect.',
    required: false,
    schema: { type: 'string', maxLength: 512, examples: ['7d1f7f2e-6f0a-4d8e-9d0b-2f3c4a5b6c7d'] },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description:
      'The `ETag` of the expected version, or `*` for any version. Returns 412 if the current version differs.',
    required: false,
    schema: { type: 'string' },
  },
  RequiredIfMatch: {
    name: 'If-Match',
    in: 'header',
    description:
      'The `ETag` of the version that you change, from a GET. Returns 412 if the resource has changed since, and 428 without this header. Send `*` to change any version.',
    required: true,
    schema: { type: 'string', examples: ['*'] },
  },
  IfMatchIfExists: {
    name: 'If-Match',
    in: 'header',
    description:
      'The `ETag` of the version that you replace, from a GET, or `*` for any. Required if the resource exists: without this header, the request returns 428. Returns 412 if the resource has changed since. Omit it to create the resource.',
    required: false,
    schema: { type: 'string' },
  },
  IfNoneMatchToCreate: {
    name: 'If-None-Match',
    in: 'header',
    description: 'Send `*` to create the resource but never replace it. Returns 412 if it exists.',
    required: false,
    schema: { type: 'string' },
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description:
      'The `ETag` of the version that you have. Returns 304 without a body if it is still current.',
    required: false,
    schema: { type: 'string' },
  },
};

/** References to the request headers that a route reads. */
export function headerParametersOf(route: Route): Reference[] {
  const names = [...(route.idempotent ? ['IdempotencyKey'] : []), ...preconditionsOf(route)];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function preconditionsOf(route: Route): string[] {
  if (route.creates) return ['IfMatchIfExists', 'IfNoneMatchToCreate'];
  if (problemsOf(route).includes(PreconditionRequiredError)) return ['RequiredIfMatch'];
  if (isTaggedRead(route)) return ['IfMatch', 'IfNoneMatch'];
  return route.matched ? ['IfMatch'] : [];
}
