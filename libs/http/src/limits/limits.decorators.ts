import { declareRoute } from '../routes/route-metadata';

/** Declares that a route is not limited: what watches over a process must always get its answer. */
export const SkipRateLimit = (): MethodDecorator => declareRoute({ limit: 'none' });

/** Declares that a route opens sessions: besides the common limits, an address may open only so many a minute. */
export const OpensSession = (): MethodDecorator => declareRoute({ limit: 'session_creation' });
