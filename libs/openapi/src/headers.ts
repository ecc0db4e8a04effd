import type { Header, Reference } from './types';

/** Every response header that an operation can declare. `required` ones are there whenever they are declared. */
const headers = {
  'X-Request-Id': {
    description:
      "The request's id: the caller's own, if it sent one, or ours. It finds the request in our logs.",
    required: true,
    schema: { type: 'string', examples: ['019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11'] },
  },
  'Cache-Control': {
    description: 'Private data is not to be stored.',
    required: true,
    schema: { type: 'string', enum: ['no-store'] },
  },
  Location: {
    description: 'Where the resource is that this reply speaks of.',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
  },
  'Retry-After': {
    description: 'After how many seconds asking again makes sense.',
    required: true,
    schema: { type: 'integer', minimum: 0 },
  },
  Link: {
    description: 'The next page, if there is one: `<…>; rel="next"` (RFC 8288).',
    required: false,
    schema: { type: 'string' },
  },
  'Set-Cookie': {
    description: "The session's cookie, if it is new or has ended; signing in sets the device's too.",
    required: false,
    schema: { type: 'string' },
  },
  ETag: {
    description: 'The validator of this state of the resource (RFC 9110).',
    required: true,
    schema: { type: 'string' },
  },
  'RateLimit-Policy': {
    description:
      'The limits that count here (draft-ietf-httpapi-ratelimit-headers-10): quota `q` in `w` seconds.',
    required: true,
    schema: { type: 'string', examples: ['"default";q=600;w=60'] },
  },
  RateLimit: {
    description: 'What is left of them: `r` requests, for `t` seconds.',
    required: true,
    schema: { type: 'string', examples: ['"default";r=599;t=42'] },
  },
  'Idempotent-Replayed': {
    description: 'The reply is the first one to this `Idempotency-Key`, sent again.',
    required: false,
    schema: { type: 'string', enum: ['true'] },
  },
  'WWW-Authenticate': {
    description: 'How to authenticate (RFC 6750).',
    required: true,
    schema: { type: 'string' },
  },
} as const satisfies Record<string, Header>;

export type HeaderName = keyof typeof headers;

const isKnown = (name: string): name is HeaderName => name in headers;

const componentOf = (name: string): string => name.replaceAll('-', '');

const referenceTo = (name: HeaderName): Reference => ({ $ref: `#/components/headers/${componentOf(name)}` });

/** For a swagger decorator of a reply: it may set or clear the session's cookie. */
export const setsCookie = { 'Set-Cookie': referenceTo('Set-Cookie') };

/** References to headers, each by its name. @throws Error for one that is not described here. */
export function headerReferences(names: Iterable<string>): Record<string, Reference> {
  const entries = [...names].map((name) => {
    if (!isKnown(name)) throw new Error(`the header ${name} is not described in openapi/headers.ts`);
    return [name, referenceTo(name)] as const;
  });
  return Object.fromEntries(entries);
}

/** Every header, by the name of its component. */
export const headerComponents: Readonly<Record<string, Header>> = Object.fromEntries(
  Object.entries(headers).map(([name, header]) => [componentOf(name), header]),
);
