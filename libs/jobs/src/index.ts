import { JobRunEntity } from './job-run.entity';
import { CreateJobRuns1763600310000 } from './migrations/1763600310000-create-job-runs';

export { inBatches } from './batches';
export { type JobDefinition, JobFailedError, type JobHandler, type JobResult } from './job';
export { JobCatalogModule } from './job-catalog.module';
export { JobHandlers } from './job-handlers';
export type { JobRunRow } from './job-runs.repository';
export { JobNotFoundError, JobRunNotFoundError } from './jobs.errors';
export { jobRunsPurge } from './job-runs-purge';
export { JobsService, type JobWithLastRun } from './jobs.service';
export { RunJobsModule } from './run.jobs.module';

export const jobEntities = [JobRunEntity];
export const jobMigrations = [CreateJobRuns1763600310000];
