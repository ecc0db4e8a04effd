import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '@waybill/config';
import { collectDefaultMetrics } from 'prom-client';
import { registerBuildInfo } from './build-info';
import { HealthController } from './health.controller';
import { MetricsController } from './metrics.controller';
import { OpsServer } from './ops-server';
import { Readiness } from './readiness';

/** Health and metrics of a process. */
@Module({})
export class ObservabilityModule {
  static register({ opsPort }: Config): DynamicModule {
    collectDefaultMetrics();
    registerBuildInfo();
    return {
      module: ObservabilityModule,
      global: true,
      controllers: opsPort === undefined ? [HealthController, MetricsController] : [HealthController],
      providers: [Readiness, OpsServer],
      exports: [Readiness, OpsServer],
    };
  }
}
