import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { declareRoute } from '../routes/route-metadata';
import { IdempotencyInterceptor } from './idempotency.interceptor';

/**
 * Declares that a route creates or triggers something once per `Idempotency-Key`. A key belongs to the caller: to a
 * user in all of their sessions, to a customer before and after signing in, to an API key and its rotated successors. A
 * public route has no caller, so it can't be idempotent.
 */
export const Idempotent = (): MethodDecorator =>
  applyDecorators(UseInterceptors(IdempotencyInterceptor), declareRoute({ idempotent: true }));
