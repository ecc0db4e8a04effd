import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { DomainError } from '@waybill/core';
import {
  headersOf,
  BodyTooLargeError,
  HeadersTooLargeError,
  MalformedRequestError,
  RequestTimeoutError,
} from '../problems/errors';
import { PROBLEM_MEDIA_TYPE, problemOf, statusOfKind } from '../problems/problem';
import { newRequestId } from './request-id';

// Specific errors of Node's HTTP parser. Any other error means a malformed request.
const byCode: Record<string, () => DomainError> = {
  HPE_INVALID_URL: () =>
    new MalformedRequestError(
      'The URL has a character that must be percent-encoded, such as a letter outside ASCII. With curl, use --get --data-urlencode for query parameters.',
    ),
  HPE_HEADER_OVERFLOW: () => new HeadersTooLargeError(),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: () => new BodyTooLargeError(),
  ERR_HTTP_REQUEST_TIMEOUT: () => new RequestTimeoutError(),
};

/** Answers invalid HTTP and closes the connection, because the start of the next request is unknown. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  // A reply that has started can't be replaced.
  const { _httpMessage: started } = socket as Socket & { _httpMessage?: { headersSent: boolean } };
  if (!socket.writable || started?.headersSent) return void socket.destroy(error);
  const known = byCode[error.code ?? ''];
  refuseConnection(known ? known() : new MalformedRequestError('This is not a valid HTTP request.'), socket);
}

/** Sends a problem document and closes the connection. */
export function refuseConnection(error: DomainError, socket: Duplex): void {
  socket.end(render(error), () => socket.destroy());
}

function render(error: DomainError): string {
  const status = statusOfKind[error.kind];
  const id = newRequestId();
  // The path may be unknown, so `instance` identifies this occurrence.
  const body = JSON.stringify(problemOf(error, { id, url: `urn:uuid:${id}` }));
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}; charset=utf-8`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    `X-Request-Id: ${id}`,
    ...Object.entries(headersOf(error)).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
