import type { Config } from '@waybill/config';
import { type JobDefinition, jobRunsPurge } from '@waybill/jobs';

export const REFRESH_RATES = 'refresh-rates';
export const REFRESH_RATES_AFTER_PUBLICATION = 'refresh-rates-after-publication';

/** The scheduled jobs that are no single module's own: those of libs, and those that ask several modules. */
export const adminJobs = (config: Config): JobDefinition[] => [
  jobRunsPurge(config),
  {
    name: REFRESH_RATES,
    description:
      'Ask the Bank of Russia for its newest list, so that tomorrow’s rates are known before tomorrow.',
    everySeconds: config.jobs.refreshRatesSeconds,
    timeoutSeconds: 180,
  },
  {
    name: REFRESH_RATES_AFTER_PUBLICATION,
    description:
      'On weekdays from 11:30 to 18:00 Moscow time, ask the Bank of Russia for its next list until that is known.',
    everySeconds: config.jobs.refreshRatesAfterPublicationSeconds,
    timeoutSeconds: 180,
  },
  {
    name: 'purge-idempotency-keys',
    description: 'Forget idempotency keys whose 24 hours are over.',
    everySeconds: config.jobs.purgeSeconds,
    timeoutSeconds: 300,
  },
  {
    name: 'purge-audit-log',
    description: `Make the audit log's partitions ahead of time, and drop those older than ${config.audit.retentionMonths} months.`,
    everySeconds: config.jobs.purgeSeconds,
    timeoutSeconds: 60,
  },
  {
    name: 'purge-sessions',
    description: `Forget sessions that are over, and those that own nothing after ${config.sessionUnusedHours} hours.`,
    everySeconds: config.jobs.purgeSeconds,
    timeoutSeconds: 300,
  },
];
