import { STATUS_CODES } from 'node:http';
import type { DomainError, ErrorKind, FieldError } from '@waybill/core';

/** Maps kinds of errors to HTTP statuses; the only such mapping. */
export const statusOfKind: Record<ErrorKind, number> = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  conflict: 409,
  gone: 410,
  precondition_failed: 412,
  body_too_large: 413,
  unsupported_media_type: 415,
  invalid: 422,
  precondition_required: 428,
  too_many_requests: 429,
  headers_too_large: 431,
  internal: 500,
  unavailable: 503,
};

/** Problem document (RFC 9457) with Waybill's own members. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  request_id: string;
  errors: FieldError[];
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Maximum number of errors in a problem document. Bounds its size. */
export const MAX_ERRORS = 100;

/** Returns the problem document of an error. `instance` is the request path without its query. */
export function problemOf(error: DomainError, request: { id: string; url: string }): Problem {
  const status = statusOfKind[error.kind];
  const errors = error.extras.errors ?? [];
  return {
    type: `urn:waybill:problem:${error.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: errors.length > MAX_ERRORS ? `${error.message} ${onlyTheFirstOf(errors.length)}` : error.message,
    instance: uriReference(request.url.split('?', 1)[0] ?? '/'),
    code: error.code,
    request_id: request.id,
    errors: errors.slice(0, MAX_ERRORS),
    ...error.extras.members,
  };
}

const onlyTheFirstOf = (count: number): string =>
  `There are ${count} errors; the first ${MAX_ERRORS} are listed.`;

// A path arrives as sent; escapes characters that RFC 3986 allows in no URI.
const uriReference = (path: string): string =>
  path.replaceAll(/%(?![0-9a-f]{2})|[^\w!$%&'()*+,./:;=@~-]/gi, (character) => encodeURIComponent(character));
