/** What sort of refusal an error is; `@waybill/http` maps each to its status, in one place. */
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

/** One thing that is wrong, and where: in the body (RFC 6901 pointer), a query parameter, or a header. */
export interface FieldError {
  code: string;
  detail: string;
  pointer?: string;
  parameter?: string;
  header?: string;
}

/** What an error adds to its problem document. */
export interface ErrorExtras {
  errors?: FieldError[];
  /** After how many seconds it makes sense to try again. */
  retryAfterSeconds?: number;
  /** Further members of the document, such as the transitions that are allowed. */
  members?: Record<string, unknown>;
}

/**
 * The base of what services throw to refuse something. A class of its own for each refusal, with a stable `code` and a
 * `kind`, both static, so that a route can declare it in the OpenAPI document.
 */
export abstract class DomainError extends Error {
  static readonly code: string;
  static readonly kind: ErrorKind;
  /** JSON Schemas of the further members that its problem document always has. */
  static readonly members: Readonly<Record<string, object>> = {};

  /** One such error, for the OpenAPI document. A class whose constructor takes arguments gives one of its own. */
  static example(): DomainError {
    const error = this.length === 0 ? new (this as unknown as new () => DomainError)() : undefined;
    if (error?.message) return error;
    throw new Error(`${this.name} takes arguments: it needs an example() of its own`);
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

/** A class of domain errors, as a route declares it. */
export type DomainErrorClass = Pick<typeof DomainError, 'code' | 'kind' | 'members' | 'example'> & {
  readonly name: string;
};
