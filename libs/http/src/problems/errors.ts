import { DomainError } from '@waybill/core';

/** An error with its own HTTP headers. */
abstract class HttpError extends DomainError {
  constructor(
    detail: string,
    readonly headers: Readonly<Record<string, string>>,
  ) {
    super(detail);
  }
}

/** The headers of an error reply: those of its kind, its own, and `Retry-After`. */
export function headersOf(error: DomainError): Record<string, string> {
  const { retryAfterSeconds } = error.extras;
  return {
    ...(error.kind === 'unauthenticated' && { 'WWW-Authenticate': 'Bearer realm="waybill"' }),
    ...(error instanceof HttpError && error.headers),
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
  };
}

/** The body is valid JSON, but too large or too deeply nested. */
export class BodyTooComplexError extends DomainError {
  static override readonly code = 'body_too_complex';
  static override readonly kind = 'invalid';

  private constructor(code: string, detail: string) {
    super('The body is too complex.', { errors: [{ code, detail, pointer: '' }] });
  }

  static override example(): BodyTooComplexError {
    return this.ofValues(2_000);
  }

  static ofValues(max: number): BodyTooComplexError {
    return new this('too_many_values', `The body has more than ${max} fields and list items.`);
  }

  static ofDepth(max: number): BodyTooComplexError {
    return new this('too_deep', `The body is nested more than ${max} levels deep.`);
  }
}

/** The request line, its length or its encoding is invalid. */
export class MalformedRequestError extends DomainError {
  static override readonly code = 'malformed_request';
  static override readonly kind = 'bad_request';

  static override example(): MalformedRequestError {
    return new MalformedRequestError('The percent-encoding of the path is invalid.');
  }
}

/** The body is not JSON. */
export class MalformedJsonError extends DomainError {
  static override readonly code = 'malformed_json';
  static override readonly kind = 'bad_request';

  constructor() {
    super('The body is not valid JSON.');
  }
}

/** The credentials are missing or invalid. */
export class UnauthenticatedError extends HttpError {
  static override readonly code = 'unauthenticated';
  static override readonly kind = 'unauthenticated';

  static override example(): UnauthenticatedError {
    return new UnauthenticatedError(true);
  }

  constructor(presented: boolean) {
    super(
      presented
        ? 'The credentials are unknown, expired or revoked.'
        : 'Send a session cookie (from POST /api/v1/sessions) or an API key (Authorization: Bearer …).',
      { 'WWW-Authenticate': `Bearer realm="waybill"${presented ? ', error="invalid_token"' : ''}` },
    );
  }
}

/** The caller lacks the scope. */
export class ForbiddenError extends DomainError {
  static override readonly code = 'scope_missing';
  static override readonly kind = 'forbidden';

  static override example(): ForbiddenError {
    return new ForbiddenError(['users:manage']);
  }

  constructor(scopes: readonly string[]) {
    super(`You need ${scopes.length > 1 ? 'one of the scopes' : 'the scope'} ${scopes.join(', ')}.`);
  }
}

/** The path is unknown. */
export class RouteNotFoundError extends DomainError {
  static override readonly code = 'route_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is no such path. /api/openapi.json lists the paths.');
  }
}

/** The path does not support the method. */
export class MethodNotAllowedError extends HttpError {
  static override readonly code = 'method_not_allowed';
  static override readonly kind = 'method_not_allowed';

  constructor(allowed: string[], detail = `This path supports ${allowed.join(', ')}.`) {
    super(detail, { Allow: allowed.join(', ') });
  }
}

/** The request took too long to arrive. */
export class RequestTimeoutError extends DomainError {
  static override readonly code = 'request_timeout';
  static override readonly kind = 'request_timeout';

  constructor() {
    super('The request did not arrive in time.');
  }
}

/** The body is larger than the limit. */
export class BodyTooLargeError extends DomainError {
  static override readonly code = 'body_too_large';
  static override readonly kind = 'body_too_large';

  constructor() {
    super('The body is too large for this path.');
  }
}

/** The route does not accept the media type of the body. */
export class UnsupportedMediaTypeError extends DomainError {
  static override readonly code = 'unsupported_media_type';
  static override readonly kind = 'unsupported_media_type';

  constructor(mediaType = 'application/json') {
    super(`Send the body as ${mediaType} in UTF-8, without compression.`);
  }
}

/** The request headers are larger than the limit. */
export class HeadersTooLargeError extends DomainError {
  static override readonly code = 'headers_too_large';
  static override readonly kind = 'headers_too_large';

  constructor() {
    super('The request line and headers are too large.');
  }
}

/** An internal error. The log has the cause under the request ID. */
export class InternalError extends DomainError {
  static override readonly code = 'internal_error';
  static override readonly kind = 'internal';

  constructor() {
    super('An internal error occurred. When you report it, include the request ID.');
  }
}
