export { createLogger, NestLogger, runWithLogFields } from './logging';
export { ObservabilityModule } from './observability.module';
export { OpsServer } from './ops-server';
export { Readiness } from './readiness';
export { observeRequests } from './request-log';
export { registerScrapedGauge } from './scraped-gauge';
