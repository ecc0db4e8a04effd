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

// The router gives these up before anything of ours, or of Nest's, has seen the request.
const byRouterCode: Record<string, () => DomainError> = {
  FST_ERR_BAD_URL: () => new MalformedRequestError('The percent-encoding of the path is invalid.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new RouteNotFoundError(),
};

// Nest keeps nothing of Fastify's errors but the status.
const byStatus: Record<number, () => DomainError> = {
  404: () => new RouteNotFoundError(),
  413: () => new BodyTooLargeError(),
  415: () => new UnsupportedMediaTypeError(),
  503: () => new UnavailableError(),
};

/** The domain error that stands for whatever was thrown: by us, by the framework, or by PostgreSQL being away. */
export function toDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  const code = codeOf(thrown);
  if (isPostgresAway(thrown, code)) return new UnavailableError();
  const status = statusOf(thrown);
  const known = byRouterCode[code] ?? byStatus[status];
  if (known) return known();
  if (status >= 400 && status < 500) return new MalformedRequestError('The request could not be read.');
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

// Classes 08 (connection), 53 (resources) and 57 (operator intervention, cancelled statement) of PostgreSQL's error
// codes, 55P03 (lock not had in time), 55000 and 3D000 (a database that lets nobody in, or is not there), and what sockets and the pool say without one.
function isPostgresAway(thrown: unknown, code: string): boolean {
  if (thrown instanceof QueryFailedError && /^(08...|53...|57...|55P03|ECONNRESET|EPIPE)$/.test(code))
    return true;
  if (/^(57P0.|55000|3D000|ECONNREFUSED|ETIMEDOUT|ENOTFOUND)$/.test(code)) return true;
  return (
    thrown instanceof Error &&
    /connection terminated|timeout exceeded when trying to connect|query read timeout|not queryable/i.test(
      thrown.message,
    )
  );
}
