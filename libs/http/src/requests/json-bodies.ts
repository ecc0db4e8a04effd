import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MalformedJsonError, UnsupportedMediaTypeError } from '../problems/errors';

// A charset other than UTF-8 makes it another media type to us; other parameters mean nothing.
const JSON_IN_UTF8 = /^application\/json(?:;|$)(?!.*charset="(?!utf-?8"))/i;

/**
 * Reads JSON and nothing else: what takes other media types says so itself. A body that is empty is none, as a DELETE may
 * come with a Content-Type.
 */
export function readJsonAlone(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_IN_UTF8, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) return done(null);
    if (!isUtf8(body)) return done(new MalformedJsonError());
    return parse(request, body.toString(), (error, value) =>
      done(error ? new MalformedJsonError() : null, value),
    );
  });
}

/** Refuses bodies that are compressed: their size would be known too late. */
export function refuseEncodedBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) =>
    done(isEncoded(request) ? new UnsupportedMediaTypeError() : undefined),
  );
}

const isEncoded = ({ headers }: FastifyRequest): boolean =>
  !['', 'identity'].includes(headers['content-encoding']?.trim().toLowerCase() ?? '');
