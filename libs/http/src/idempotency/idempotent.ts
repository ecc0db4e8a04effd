import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { declareRoute } from '../routes/route-metadata';
import { IdempotencyInterceptor } from './idempotency.interceptor';

/**
 * Declares that a route creates or triggers something, and does so once under an `Idempotency-Key`. The key belongs to the
 * caller: to the user in all of their sessions, to a customer before and after they sign in, to an API key and those that take its
 * place. So a public route can't have it.
 */
export const Idempotent = (): MethodDecorator =>
  applyDecorators(UseInterceptors(IdempotencyInterceptor), declareRoute({ idempotent: true }));
