import { DomainError } from '@waybill/core';

/** An error whose response has additional headers, which only HTTP has. */
abstract class HttpError extends DomainError {
  constructor(
    detail: string,
    readonly headers: Readonly<Record<string, string>>,
  ) {
    super(detail);
  }
}

/** Returns the headers of an error's response: those of its kind, its own, and `Retry-After`. */
export function headersOf(error: DomainError): Record<string, string> {
  const { retryAfterSeconds } = error.extras;
  return {
    ...(error.kind === 'unauthenticated' && { 'WWW-Authenticate': 'Bearer realm="waybill"' }),
    ...(error instanceof HttpError && error.headers),
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
  };
}

/** The body is JSON, and holds more or nests deeper than any body that is accepted. */
export class BodyTooComplexError extends DomainError {
  static override readonly code = 'body_too_complex';
  static override readonly kind = 'invalid';

  private constructor(code: string, detail: string) {
    super('The body is too complex to be read.', { errors: [{ code, detail, pointer: '' }] });
  }

  static override example(): BodyTooComplexError {
    return this.ofValues(2_000);
  }

  static ofValues(max: number): BodyTooComplexError {
    return new this('too_many_values', `The body holds more than ${max} fields and list items.`);
  }

  static ofDepth(max: number): BodyTooComplexError {
    return new this('too_deep', `The body is nested more than ${max} levels deep.`);
  }
}

/** The request line, its length or its encoding can't be read. */
export class MalformedRequestError extends DomainError {
  static override readonly code = 'malformed_request';
  static override readonly kind = 'bad_request';

  static override example(): MalformedRequestError {
    return new MalformedRequestError('The path is not validly percent-encoded.');
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

/** No credentials, or none that are valid. */
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
        : 'This needs a session cookie (POST /api/v1/sessions) or an API key (Authorization: Bearer …).',
      { 'WWW-Authenticate': `Bearer realm="waybill"${presented ? ', error="invalid_token"' : ''}` },
    );
  }
}

/** The principal lacks the scope. */
export class ForbiddenError extends DomainError {
  static override readonly code = 'scope_missing';
  static override readonly kind = 'forbidden';

  static override example(): ForbiddenError {
    return new ForbiddenError(['jobs:run']);
  }

  constructor(scopes: readonly string[]) {
    super(`This needs ${scopes.length > 1 ? 'one of the scopes' : 'the scope'} ${scopes.join(', ')}.`);
  }
}

/** No route has this path. */
export class RouteNotFoundError extends DomainError {
  static override readonly code = 'route_not_found';
  static override readonly kind = 'not_found';

  constructor() {
    super('There is nothing at this path. The routes are listed at /api/openapi.json.');
  }
}

/** The path exists, with other methods. */
export class MethodNotAllowedError extends HttpError {
  static override readonly code = 'method_not_allowed';
  static override readonly kind = 'method_not_allowed';

  constructor(allowed: string[], detail = `This path answers ${allowed.join(', ')}.`) {
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
    super('The body is larger than this route reads.');
  }
}

/** The body is of a media type that the route does not read. */
export class UnsupportedMediaTypeError extends DomainError {
  static override readonly code = 'unsupported_media_type';
  static override readonly kind = 'unsupported_media_type';

  constructor() {
    super('Send the body as application/json in UTF-8, and not compressed.');
  }
}

/** The request's headers are larger than this server reads. */
export class HeadersTooLargeError extends DomainError {
  static override readonly code = 'headers_too_large';
  static override readonly kind = 'headers_too_large';

  constructor() {
    super('The request line and headers are larger than this server reads.');
  }
}

/** An unexpected error. The log has its cause, under the request's ID. */
export class InternalError extends DomainError {
  static override readonly code = 'internal_error';
  static override readonly kind = 'internal';

  constructor() {
    super('Something went wrong on our side. The request id finds it in our logs.');
  }
}
