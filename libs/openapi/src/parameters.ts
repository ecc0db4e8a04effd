import { isTaggedRead, type Route } from '@waybill/http';
import type { Parameter, Reference } from './types';

/** For `@ApiParam`: a path value that is a UUID. */
export const uuidParameter = (name: string) => ({
  name,
  schema: { type: 'string', format: 'uuid', examples: ['019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11'] },
});

/** The request headers that the conventions know. */
export const parameterComponents: Readonly<Record<string, Parameter>> = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'A text of your own, quoted or bare: for 24 hours a repeat with the same key and body gets the first reply. It is yours in all of a user’s sessions, in a customer’s one also once they have signed in, and with an API key and those that take its place.',
    required: false,
    schema: { type: 'string', maxLength: 512 },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description: 'The `ETag` of what you have seen, or `*`: 412 if it has changed since.',
    required: false,
    schema: { type: 'string' },
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'The `ETag` of what you have, or `*`: 304 if it is still so.',
    required: false,
    schema: { type: 'string' },
  },
};

/** References to the request headers that mean something to a route. */
export function headerParametersOf(route: Route): Reference[] {
  const names = [
    ...(route.idempotent ? ['IdempotencyKey'] : []),
    ...(route.matched || isTaggedRead(route) ? ['IfMatch'] : []),
    ...(isTaggedRead(route) ? ['IfNoneMatch'] : []),
  ];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}
