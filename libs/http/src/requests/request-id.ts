import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { containsCredential } from '@waybill/core';

const SAFE_ID = /^[\w.:-]{1,128}$/;

/** Returns the request's ID. Keeps the caller's ID if it is safe in headers and logs and contains no credential. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SAFE_ID.test(given) && !containsCredential(given)
    ? given
    : newRequestId();
}

/**
 * Generates a UUIDv7 (RFC 9562, 5.7). `randomUUID` is faster than the `uuid` package, because Node generates random
 * bytes for 128 UUIDs at once.
 */
export function newRequestId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
