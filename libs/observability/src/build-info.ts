import { readFileSync } from 'node:fs';
import path from 'node:path';
import { registerScrapedGauge } from './scraped-gauge';

const PACKAGE_JSON = path.resolve(__dirname, '../../../../package.json');

/** Version of this build, from package.json. */
export function buildVersion(): string {
  return (JSON.parse(readFileSync(PACKAGE_JSON, 'utf8')) as { version: string }).version;
}

/** Registers `waybill_build_info`, whose labels identify the build and its Node.js version. */
export function registerBuildInfo(): void {
  const labels = { version: buildVersion(), node_version: process.version };
  registerScrapedGauge(
    { name: 'waybill_build_info', help: 'The version of this build.', labelNames: Object.keys(labels) },
    () => Promise.resolve([{ labels, value: 1 }]),
  );
}
