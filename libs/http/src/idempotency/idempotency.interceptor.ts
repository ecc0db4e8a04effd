import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Database } from '@waybill/database';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { setReplyHeaders } from '../replies/reply-headers';
import { UnparsedBody } from '../requests/json-bodies';
import { StreamedBody } from '../requests/streamed-bodies';
import { checkShape } from '../validation/check-requests';
import { digestOfBody } from './body-digest';
import { idempotencyKeyOf, isKeyed } from './idempotency-key';
import { IdempotencyKeyInFlightError, IdempotencyKeyReusedError } from './idempotency.errors';
import { IdempotencyRepository, type KeyedRequest, type StoredReply } from './idempotency.repository';

const REPLAYED_HEADERS = ['location', 'etag', 'retry-after'];

/**
 * Runs an `@Idempotent()` handler once per key. The key, the handler's changes and the response commit together; a
 * repeat receives the stored response. Only idempotent routes use this interceptor, because a global one would start
 * RxJS on every route.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly keys: IdempotencyRepository;

  // Not injected: Nest creates an instance in each module with an idempotent route, and a worker has these modules but
  // no HttpModule.
  constructor(private readonly database: Database) {
    this.keys = new IdempotencyRepository(database);
  }

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = execution.switchToHttp().getRequest<FastifyRequest>();
    const reply = execution.switchToHttp().getResponse<FastifyReply>();
    if (!isKeyed(request)) return next.handle();
    if (request.body instanceof UnparsedBody) throw request.body.refusal;
    const key = idempotencyKeyOf(request.raw.headersDistinct['idempotency-key']) as string;
    return from(this.runOnce(keyedRequestOf(request, key), request, reply, next));
  }

  private runOnce(
    keyedRequest: KeyedRequest,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler,
  ): Promise<unknown> {
    const { context } = request;
    return this.database.transaction(context, async () => {
      if (!(await this.keys.lock(context, keyedRequest))) throw new IdempotencyKeyInFlightError();
      const first = await this.keys.find(context, keyedRequest);
      if (first && !isSame(first, keyedRequest)) throw new IdempotencyKeyReusedError();
      if (first) return send(reply.header('Idempotent-Replayed', 'true'), first);
      checkShape(request);
      const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
      setReplyHeaders(request, reply, body);
      const rendered = render(reply, body);
      this.database.beforeCommit(context, () => this.keys.save(context, keyedRequest, rendered));
      return send(reply, rendered);
    });
  }
}

function keyedRequestOf(request: FastifyRequest, key: string): KeyedRequest {
  const { ownerId, ownerIds, userId } = request.context.principal;
  const { body } = request;
  return {
    ...{ ownerId, ownerIds, userId, key },
    method: request.method,
    target: request.url.replace(/\/+(?=\?|$)/, ''),
    // An earlier interceptor has already read a streamed body.
    bodyHash: body instanceof StreamedBody ? body.digest() : digestOfBody(body),
  };
}

const isSame = (
  first: Pick<KeyedRequest, 'method' | 'target' | 'bodyHash'>,
  request: KeyedRequest,
): boolean =>
  first.method === request.method &&
  first.target === request.target &&
  first.bodyHash.equals(request.bodyHash);

function render(reply: FastifyReply, body: unknown): StoredReply {
  const headers = REPLAYED_HEADERS.flatMap((name) => {
    const value = reply.getHeader(name);
    return value === undefined ? [] : [[name, String(value)]];
  });
  return {
    status: reply.statusCode,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: body === undefined ? null : JSON.stringify(body),
  };
}

// Sends the stored text, so that a repeat can't differ from the first response.
function send(reply: FastifyReply, { status, headers, body }: StoredReply): string | undefined {
  reply.status(status).headers({ ...headers, 'cache-control': 'no-store' });
  if (body === null) return undefined;
  reply.type('application/json; charset=utf-8');
  return body;
}
