/** Kind of refusal. `@waybill/http` maps each kind to an HTTP status in one place. */
export type ErrorKind =
  | 'bad_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'conflict'
  | 'gone'
  | 'precondition_failed'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'invalid'
  | 'precondition_required'
  | 'too_many_requests'
  | 'headers_too_large'
  | 'internal'
  | 'unavailable';

/** An error and its location: a field of the body (RFC 6901 pointer), a query parameter, or a header. */
export interface FieldError {
  code: string;
  detail: string;
  pointer?: string;
  parameter?: string;
  header?: string;
}

/** Optional parts of an error's problem document. */
export interface ErrorExtras {
  errors?: FieldError[];
  /** Seconds after which a retry makes sense. */
  retryAfterSeconds?: number;
  /** Further members of the document, such as the allowed transitions. */
  members?: Record<string, unknown>;
}

/**
 * Base class of the errors that services throw to refuse a request. Each error has its own class with a static `code`
 * and `kind`, so that a route can declare it in the OpenAPI document.
 */
export abstract class DomainError extends Error {
  static readonly code: string;
  static readonly kind: ErrorKind;
  /** JSON Schemas of the additional members that its problem document always has. */
  static readonly members: Readonly<Record<string, object>> = {};

  /** Returns an example for the OpenAPI document. A class whose constructor takes arguments must override this. */
  static example(): DomainError {
    const error = this.length === 0 ? new (this as unknown as new () => DomainError)() : undefined;
    if (error?.message) return error;
    throw new Error(`${this.name} takes arguments: it needs its own example()`);
  }

  constructor(
    detail: string,
    readonly extras: ErrorExtras = {},
  ) {
    super(detail);
  }

  get code(): string {
    return (this.constructor as typeof DomainError).code;
  }

  get kind(): ErrorKind {
    return (this.constructor as typeof DomainError).kind;
  }
}

/** Class of a domain error, as a route declares it. */
export type DomainErrorClass = Pick<typeof DomainError, 'code' | 'kind' | 'members' | 'example'> & {
  readonly name: string;
};
