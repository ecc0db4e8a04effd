import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type BodyTooComplexError, MalformedJsonError, UnsupportedMediaTypeError } from '../problems/errors';
import { checkComplexity } from './body-complexity';

// A charset other than UTF-8 makes it an unsupported media type; other parameters are ignored.
const JSON_IN_UTF8 = /^application\/json(?:;|$)(?!.*charset="(?!utf-?8"))/i;

/**
 * Accepts JSON bodies; `streamCsv` adds CSV for the routes that declare it. An empty body counts as no body,
 * because a DELETE may carry a Content-Type.
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

/**
 * Placeholder for a body that is too complex to parse. It is refused with 422, after the 400 checks of the query and
 * headers.
 */
export class UnparsedBody {
  constructor(readonly refusal: BodyTooComplexError) {}
}

// A member `__proto__` becomes an ordinary field here, and is refused as an unknown one.
function read(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw new MalformedJsonError();
  const refusal = checkComplexity(body);
  if (refusal) return new UnparsedBody(refusal);
  return JSON.parse(body.toString().replace(BYTE_ORDER_MARK, ''));
}

const BYTE_ORDER_MARK = /^\ufeff/;

/** Refuses compressed bodies, because their decompressed size is not known in advance. */
export function refuseEncodedBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) =>
    done(isEncoded(request) ? new UnsupportedMediaTypeError() : undefined),
  );
}

const isEncoded = ({ headers }: FastifyRequest): boolean =>
  !['', 'identity'].includes(headers['content-encoding']?.trim().toLowerCase() ?? '');
