import type { Header, Reference } from './types';

/** Every response header that an operation can declare. A declared header with `required` is always present. */
const headers = {
  'X-Request-Id': {
    description:
      'ID of the request: the one that you sent, or a new one. Include it when you report a problem.',
    required: true,
    schema: { type: 'string', examples: ['019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11'] },
  },
  'Cache-Control': {
    description: 'Do not store this reply.',
    required: true,
    schema: { type: 'string', enum: ['no-store'] },
  },
  Location: {
    description: 'URL of the resource that was created or queued.',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
  },
  'Retry-After': {
    description: 'Seconds to wait before the next request.',
    required: true,
    schema: { type: 'integer', minimum: 0 },
  },
  Link: {
    description: 'URL of the next page, if there is one: `<…>; rel="next"` (RFC 8288).',
    required: false,
    schema: { type: 'string' },
  },
  'Content-Disposition': {
    description: 'Name of the file (RFC 6266).',
    required: true,
    schema: { type: 'string', examples: ['attachment; filename="items.csv"'] },
  },
  'Set-Cookie': {
    description: 'Sets or clears the session cookie. Signing in also sets a device cookie.',
    required: false,
    schema: { type: 'string' },
  },
  ETag: {
    description: 'Version of the resource (RFC 9110). Send it in `If-Match` or `If-None-Match`.',
    required: true,
    schema: { type: 'string' },
  },
  'RateLimit-Policy': {
    description: 'Rate limits: `q` requests per `w` seconds (draft-ietf-httpapi-ratelimit-headers-10).',
    required: true,
    schema: { type: 'string', examples: ['"default";q=600;w=60'] },
  },
  RateLimit: {
    description: 'Remaining requests of each limit: `r` requests for the next `t` seconds.',
    required: true,
    schema: { type: 'string', examples: ['"default";r=599;t=42'] },
  },
  'Idempotent-Replayed': {
    description: 'Present if this reply is a copy of the first reply to the same `Idempotency-Key`.',
    required: false,
    schema: { type: 'string', enum: ['true'] },
  },
  'WWW-Authenticate': {
    description: 'The authentication scheme (RFC 6750).',
    required: true,
    schema: { type: 'string' },
  },
} as const satisfies Record<string, Header>;

export type HeaderName = keyof typeof headers;

const isKnown = (name: string): name is HeaderName => name in headers;

const componentOf = (name: string): string => name.replaceAll('-', '');

const referenceTo = (name: HeaderName): Reference => ({ $ref: `#/components/headers/${componentOf(name)}` });

/** Declares for @nestjs/swagger that the reply may set or clear the session cookie. */
export const setsCookie = { 'Set-Cookie': referenceTo('Set-Cookie') };

/** Declares for @nestjs/swagger that the reply is a file. */
export const downloadHeaders = { 'Content-Disposition': referenceTo('Content-Disposition') };

/** Returns references to headers, by name. @throws Error for a header that is not described here. */
export function headerReferences(names: Iterable<string>): Record<string, Reference> {
  const entries = [...names].map((name) => {
    if (!isKnown(name)) throw new Error(`the header ${name} is not described in openapi/headers.ts`);
    return [name, referenceTo(name)] as const;
  });
  return Object.fromEntries(entries);
}

const OPTIONAL_RETRY_AFTER = 'OptionalRetryAfter';

/** Like `headerReferences`, for headers that a reply may omit. @throws Error for any header but `Retry-After`. */
export function optionalHeaderReferences(names: Iterable<string>): Record<string, Reference> {
  const entries = [...names].map((name) => {
    if (name !== 'Retry-After')
      throw new Error(`the header ${name} has no optional form in openapi/headers.ts`);
    return [name, { $ref: `#/components/headers/${OPTIONAL_RETRY_AFTER}` }] as const;
  });
  return Object.fromEntries(entries);
}

/** Every header, by component name. */
export const headerComponents: Readonly<Record<string, Header>> = {
  ...Object.fromEntries(Object.entries(headers).map(([name, header]) => [componentOf(name), header])),
  [OPTIONAL_RETRY_AFTER]: {
    ...headers['Retry-After'],
    description: 'Seconds to wait before the next request, if the same request can succeed later.',
    required: false,
  },
};
