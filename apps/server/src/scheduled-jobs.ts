import type { Config } from '@waybill/config';
import type { JobDefinition } from '@waybill/jobs';
import { adminJobs } from './admin';
import { packagesJobs } from './packages';

/** Every scheduled job of Waybill: who owns one declares it, and this is where they come together. */
export const scheduledJobs = (config: Config): JobDefinition[] => [
  ...packagesJobs(config),
  ...adminJobs(config),
];
