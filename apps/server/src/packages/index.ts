import type { ModuleManifest } from '@waybill/core';
import { PackagesJobsModule } from './packages.jobs.module';
import { PackagesModule } from './packages.module';
import { packagesSchema } from './packages.schema';
import { packagesScopes } from './packages.scopes';

export const packagesManifest: ModuleManifest = {
  module: PackagesModule,
  jobs: PackagesJobsModule,
  ...packagesSchema,
  scopes: packagesScopes,
  tags: { packages: 'Packages with their registrations, costs, events and statistics.' },
};

export { PackagesModule } from './packages.module';
export { PackagesQueries } from './packages.queries';
export { packagesAuditActions } from './audit-actions';
