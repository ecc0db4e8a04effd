import { HttpException } from '@nestjs/common';
import { DomainError, UnavailableError } from '@waybill/core';
import { QueryFailedError } from 'typeorm';
import {
  BodyTooLargeError,
  InternalError,
  MalformedRequestError,
  RouteNotFoundError,
  UnsupportedMediaTypeError,
} from './errors';

// The router rejects these before any hook runs.
const byRouterCode: Record<string, () => DomainError> = {
  FST_ERR_BAD_URL: () => new MalformedRequestError('The percent-encoding of the path is invalid.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new RouteNotFoundError(),
};

// Nest keeps only the status of Fastify's errors.
const byStatus: Record<number, () => DomainError> = {
  404: () => new RouteNotFoundError(),
  413: () => new BodyTooLargeError(),
  415: () => new UnsupportedMediaTypeError(),
  503: () => new UnavailableError(),
};

/** Converts any thrown value to a domain error: our own errors, the framework's, and lost PostgreSQL connections. */
export function toDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  const code = codeOf(thrown);
  if (isPostgresUnavailable(thrown, code)) return new UnavailableError();
  const status = statusOf(thrown);
  const known = byRouterCode[code] ?? byStatus[status];
  if (known) return known();
  if (status >= 400 && status < 500) return new MalformedRequestError('The request is malformed.');
  return new InternalError();
}

function codeOf(thrown: unknown): string {
  const error =
    thrown instanceof QueryFailedError
      ? (thrown.driverError as { code?: unknown })
      : (thrown as { code?: unknown } | null);
  return typeof error?.code === 'string' ? error.code : '';
}

function statusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : 500;
}

// Matches PostgreSQL's error classes 08 (connection), 53 (resources) and 57 (operator intervention, cancelled
// statement); 55P03 (lock timeout); 40001 and 40P01 (rolled back in favour of another transaction); 55000 and 3D000
// (database missing, or closed to connections); and errors of sockets and the pool, which have no SQLSTATE.
function isPostgresUnavailable(thrown: unknown, code: string): boolean {
  if (
    thrown instanceof QueryFailedError &&
    /^(08...|53...|57...|55P03|40001|40P01|ECONNRESET|EPIPE)$/.test(code)
  )
    return true;
  if (/^(57P0.|55000|3D000|ECONNREFUSED|ETIMEDOUT|ENOTFOUND)$/.test(code)) return true;
  return (
    thrown instanceof Error &&
    /connection terminated|timeout exceeded when trying to connect|query read timeout|not queryable/i.test(
      thrown.message,
    )
  );
}
