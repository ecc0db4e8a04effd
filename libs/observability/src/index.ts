export { createLogger, NestLogger, runWithLogFields } from './logging';
export { ObservabilityModule } from './observability.module';
export { Readiness } from './readiness';
export { observeRequests } from './request-log';
