export { inBatches } from './batches';
export { JobFailedError, type JobResult } from './job';
export { JobCatalogModule } from './job-catalog.module';
export type { JobRunRow } from './job-runs.repository';
export { JobNotFoundError, JobRunNotFoundError } from './jobs.errors';
export { jobsSchema } from './jobs.schema';
export { type JobOverview, JobsService } from './jobs.service';
export { RunJobsModule } from './run.jobs.module';
export { ScheduledJob } from './scheduled-job';
