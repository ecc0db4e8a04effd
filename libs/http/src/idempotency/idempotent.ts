import { declareRoute } from '../routes/route-facts';

/**
 * Declares that a route creates or triggers something, and does so once under an `Idempotency-Key`. The key belongs to the
 * caller's owner, so a public route can't have it.
 */
export const Idempotent = (): MethodDecorator => declareRoute({ idempotent: true });
