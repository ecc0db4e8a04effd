import { declareRoute } from '../routes/route-metadata';

/**
 * Declares that a route creates or triggers something, and does so once under an `Idempotency-Key`. The key belongs to the
 * caller: to the user in all of their sessions, to a customer before and after they sign in, to an API key and those that take its
 * place. So a public route can't have it.
 */
export const Idempotent = (): MethodDecorator => declareRoute({ idempotent: true });
