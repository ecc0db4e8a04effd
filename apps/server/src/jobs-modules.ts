import { RunJobsModule } from '@waybill/jobs';
import { AdminJobsModule } from './admin/admin.jobs.module';
import { PackagesJobsModule } from './packages/packages.jobs.module';

/** The modules that workers run jobs with; every process reads from them which jobs exist. */
export const jobsModules = [RunJobsModule, PackagesJobsModule, AdminJobsModule];
