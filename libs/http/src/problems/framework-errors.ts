import { HttpException } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { DomainError } from './domain-error';
import {
  BodyTooLargeError,
  InternalError,
  MalformedJsonError,
  MalformedRequestError,
  RouteNotFoundError,
  UnavailableError,
  UnsupportedMediaTypeError,
} from './errors';

const byFastifyCode: Record<string, () => DomainError> = {
  FST_ERR_CTP_INVALID_JSON_BODY: () => new MalformedJsonError(),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => new MalformedJsonError(),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new UnsupportedMediaTypeError(),
  FST_ERR_CTP_BODY_TOO_LARGE: () => new BodyTooLargeError(),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => new MalformedRequestError('Content-Length does not fit the body.'),
  FST_ERR_BAD_URL: () => new MalformedRequestError('The path is not validly percent-encoded.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new RouteNotFoundError(),
  ECONNRESET: () => new MalformedRequestError('The body ended too early.'),
};

/** The domain error that stands for whatever was thrown: by us, by the framework, or by PostgreSQL being away. */
export function toDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  const code = codeOf(thrown);
  const known = byFastifyCode[code];
  if (known) return known();
  if (isPostgresAway(thrown, code)) return new UnavailableError();
  const status = statusOf(thrown);
  if (status === 404) return new RouteNotFoundError();
  if (status === 503) return new UnavailableError();
  if (status >= 400 && status < 500) return new MalformedRequestError('The request could not be read.');
  return new InternalError();
}

function codeOf(thrown: unknown): string {
  const error = thrown instanceof QueryFailedError ? (thrown.driverError as { code?: unknown }) : (thrown as { code?: unknown } | null);
  return typeof error?.code === 'string' ? error.code : '';
}

function statusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : 500;
}

// Classes 08 (connection), 53 (resources) and 57 (operator intervention, cancelled statement) of PostgreSQL's error
// codes, 55P03 (lock not had in time), and what sockets and the pool say without one.
function isPostgresAway(thrown: unknown, code: string): boolean {
  if (/^(08...|53...|57...|55P03|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND)$/.test(code)) return true;
  return thrown instanceof Error && /connection terminated|timeout exceeded when trying to connect/i.test(thrown.message);
}
