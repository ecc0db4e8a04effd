import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BodyTooLargeError, MalformedRequestError, UnsupportedMediaTypeError } from '../problems/errors';
import { declareRoute, routeMetadataOf } from '../routes/route-metadata';

const CSV = 'text/csv';
// As for JSON, a charset other than UTF-8 makes it an unsupported media type.
const CSV_IN_UTF8 = /^text\/csv\s*(?:;|$)(?!.*charset=(?!"?utf-?8\b))/i;

/** Declares that a route takes a CSV file and reads it as a stream. The file has its own size limit. */
export const StreamsCsv = (): MethodDecorator => declareRoute({ streams: CSV });

/** A body that can be read once, chunk by chunk. Routes with `@StreamsCsv()` get it as the request's body. */
export class StreamedBody implements AsyncIterable<Buffer> {
  private readonly hash = createHash('sha256');

  constructor(
    private readonly payload: FastifyRequest['raw'],
    private readonly limitBytes: number,
  ) {}

  /**
   * @throws BodyTooLargeError as soon as the body exceeds the limit, MalformedRequestError if the client stops sending
   *   it.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    let size = 0;
    for await (const chunk of this.received()) {
      size += chunk.length;
      if (size > this.limitBytes) throw new BodyTooLargeError();
      this.hash.update(chunk);
      yield chunk;
    }
  }

  /** SHA-256 of the bytes that have been read. */
  digest(): Buffer {
    return this.hash.copy().digest();
  }

  // Does not close the connection if the reader stops early: the reply still needs it, and some clients read the reply
  // only after they have sent everything.
  private async *received(): AsyncGenerator<Buffer> {
    try {
      yield* this.payload.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
    } catch {
      throw new MalformedRequestError('The body ended early.');
    } finally {
      this.payload.resume();
    }
  }
}

/** Passes CSV files as streams to routes with `@StreamsCsv()`. All other routes refuse them. */
export function streamCsv(fastify: FastifyInstance, limitBytes: number): void {
  fastify.addContentTypeParser(CSV_IN_UTF8, (request, payload, done) => {
    if (!routeMetadataOf(request).streams) return done(new UnsupportedMediaTypeError());
    if (Number(request.headers['content-length'] ?? 0) > limitBytes) return done(new BodyTooLargeError());
    done(null, new StreamedBody(payload as FastifyRequest['raw'], limitBytes));
  });
}

/** Refuses bodies of other media types on routes with `@StreamsCsv()`, before the body is read. */
export function refuseOtherMediaTypes(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { streams } = routeMetadataOf(request);
    if (streams === undefined || CSV_IN_UTF8.test(request.headers['content-type'] ?? '')) return done();
    done(hasBody(request) ? new UnsupportedMediaTypeError(streams) : undefined);
  });
}

/** Whether a body follows the headers. */
export const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
