import type { Schema } from '@waybill/database';
import { JobRunEntity } from './job-run.entity';
import { AddParametersOfJobRuns1763601510000 } from './migrations/1763601510000-add-parameters-of-job-runs';
import { CreateJobRuns1763600310000 } from './migrations/1763600310000-create-job-runs';

/** Tables of this lib. */
export const jobsSchema: Schema = {
  entities: [JobRunEntity],
  migrations: [CreateJobRuns1763600310000, AddParametersOfJobRuns1763601510000],
};
