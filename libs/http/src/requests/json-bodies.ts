import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type BodyTooComplexError, MalformedJsonError, UnsupportedMediaTypeError } from '../problems/errors';
import { findComplexity } from './body-complexity';

// A charset other than UTF-8 makes it another media type to us; other parameters mean nothing.
const JSON_IN_UTF8 = /^application\/json(?:;|$)(?!.*charset="(?!utf-?8"))/i;

/**
 * Reads JSON and nothing else: what takes other media types says so itself. A body that is empty is none, as a DELETE may
 * come with a Content-Type.
 */
export function acceptOnlyJson(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_IN_UTF8, { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    try {
      done(null, read(body));
    } catch {
      done(new MalformedJsonError());
    }
  });
}

/** Stands for a body that is too complex to be parsed: refused by 422, once 400 of the query and of headers has had its turn. */
export class UnreadBody {
  constructor(readonly refusal: BodyTooComplexError) {}
}

// A member `__proto__` becomes a field like any other here, and is refused as an unknown one.
function read(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw new MalformedJsonError();
  const refusal = findComplexity(body);
  if (refusal) return new UnreadBody(refusal);
  return JSON.parse(body.toString().replace(BYTE_ORDER_MARK, ''));
}

const BYTE_ORDER_MARK = /^\ufeff/;

/** Refuses bodies that are compressed: their size would be known too late. */
export function refuseEncodedBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) =>
    done(isEncoded(request) ? new UnsupportedMediaTypeError() : undefined),
  );
}

const isEncoded = ({ headers }: FastifyRequest): boolean =>
  !['', 'identity'].includes(headers['content-encoding']?.trim().toLowerCase() ?? '');
