import type { ModuleManifest } from '@waybill/core';
import { AdminJobsModule } from './admin.jobs.module';
import { AdminModule } from './admin.module';
import { adminScopes } from './admin.scopes';

export const adminManifest: ModuleManifest = {
  module: AdminModule,
  jobs: AdminJobsModule,
  scopes: adminScopes,
  tags: { admin: 'Scheduled jobs, exchange rates and the audit log.' },
};
