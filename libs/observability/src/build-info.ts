import { projectVersion } from '@waybill/core';
import { registerScrapedGauge } from './scraped-gauge';

/** Registers `waybill_build_info`, whose labels identify the build and its Node.js version. */
export function registerBuildInfo(): void {
  const labels = { version: projectVersion(), node_version: process.version };
  registerScrapedGauge(
    { name: 'waybill_build_info', help: 'The version of this build.', labelNames: Object.keys(labels) },
    () => Promise.resolve([{ labels, value: 1 }]),
  );
}
