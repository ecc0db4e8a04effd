import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { JobHandlers } from './job-handlers';
import { JobLocks } from './job-locks';
import { JobRunner } from './job-runner';
import { JobRunsPurge } from './job-runs-purge';
import { JobScheduler, JobsProcessor } from './run.jobs';

/** What a worker does for jobs: it looks for due runs and performs them. */
@Global()
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [JobHandlers, JobLocks, JobRunner, JobScheduler, JobsProcessor, JobRunsPurge],
})
export class RunJobsModule {}
