import { JobRunEntity } from './job-run.entity';
import { CreateJobRuns1763600310000 } from './migrations/1763600310000-create-job-runs';

export { inBatches } from './batches';
export { JobFailedError, type JobResult } from './job';
export { JobCatalogModule } from './job-catalog.module';
export type { JobRunRow } from './job-runs.repository';
export { JobNotFoundError, JobRunNotFoundError } from './jobs.errors';
export { JobsService, type JobOverview } from './jobs.service';
export { RunJobsModule } from './run.jobs.module';
export { ScheduledJob } from './scheduled-job';

export const jobEntities = [JobRunEntity];
export const jobMigrations = [CreateJobRuns1763600310000];
