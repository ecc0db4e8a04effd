import { BadRequestError } from '@waybill/core';
import type { FastifyRequest } from 'fastify';
import { routeMetadataOf } from '../routes/route-metadata';

const HEADER = 'Idempotency-Key';
const MAX_LENGTH = 255;

/** Whether a request can receive a stored response: its route is idempotent, and the request has a key. */
export const isKeyed = (request: FastifyRequest): boolean =>
  request.headers['idempotency-key'] !== undefined && routeMetadataOf(request).idempotent === true;

/**
 * Parses an `Idempotency-Key` header: a quoted string (RFC 8941), or the same text without quotes.
 * @param values one value per occurrence of the header.
 * @throws BadRequestError if the header is repeated or invalid.
 */
export function idempotencyKeyOf(values: readonly string[] | undefined): string | undefined {
  const [value, ...more] = values ?? [];
  if (value === undefined) return undefined;
  if (more.length > 0) throw badKey('repeated', 'Send this header only once.');
  const key = value.startsWith('"') ? unquoted(value) : bare(value);
  if (key === undefined || key.length > MAX_LENGTH)
    throw badKey(
      'malformed',
      `Send 1 to ${MAX_LENGTH} visible ASCII characters, bare or as a quoted string.`,
    );
  return key;
}

const bare = (value: string): string | undefined => (/^[\x21-\x7e]+$/.test(value) ? value : undefined);

const unquoted = (value: string): string | undefined =>
  /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"$/.exec(value)?.[1]?.replaceAll(/\\(["\\])/g, '$1');

const badKey = (code: string, detail: string) => new BadRequestError([{ code, detail, header: HEADER }]);
