import { RunJobsModule } from '@waybill/jobs';
import { AdminJobsModule } from './admin/admin.jobs.module';
import { PackagesJobsModule } from './packages/packages.jobs.module';

/** Modules that declare jobs. Workers run them; every process reads the list of jobs from them. */
export const jobsModules = [RunJobsModule, PackagesJobsModule, AdminJobsModule];
