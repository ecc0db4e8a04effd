import type { Config } from '@waybill/config';
import type { JobDefinition } from '@waybill/jobs';

/** The scheduled jobs of packages. */
export const packagesJobs = ({ jobs }: Config): JobDefinition[] => [
  {
    name: 'price-pending',
    description: 'Price the packages that have no price yet, at the rates of their own days.',
    everySeconds: jobs.pricePendingSeconds,
    timeoutSeconds: 600,
  },
  {
    name: 'sweep-registrations',
    description: 'Ring again for pending registrations that the queue may have lost.',
    everySeconds: jobs.sweepRegistrationsSeconds,
    timeoutSeconds: 60,
  },
  {
    name: 'purge-registrations',
    description: 'Forget registrations that were finished more than 30 days ago; their packages stay.',
    everySeconds: jobs.purgeSeconds,
    timeoutSeconds: 300,
  },
];
