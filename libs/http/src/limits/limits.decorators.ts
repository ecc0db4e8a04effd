import { declareRoute } from '../routes/route-metadata';

/** Exempts a route from rate limits: health checks must always get a response. */
export const SkipRateLimit = (): MethodDecorator => declareRoute({ limit: 'none' });

/**
 * Declares that a route creates sessions: an address may create a limited number per minute, in addition to the common
 * limits.
 */
export const OpensSession = (): MethodDecorator => declareRoute({ limit: 'session_creation' });
