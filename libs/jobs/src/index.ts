import type { ModuleManifest } from '@waybill/core';
import { jobsSchema } from './jobs.schema';
import { RunJobsModule } from './run.jobs.module';

export { inBatches } from './batches';
export { JobFailedError, type JobParameters, type JobResult } from './job';
export { JobCatalogModule } from './job-catalog.module';
export type { JobRunRow } from './job-runs.repository';
export { JobNotFoundError, JobRunNotFoundError, JobRunPendingError } from './jobs.errors';
export { type JobOverview, JobsService } from './jobs.service';
export { ScheduledJob } from './scheduled-job';

export const jobsManifest: ModuleManifest = { jobs: RunJobsModule, ...jobsSchema };
