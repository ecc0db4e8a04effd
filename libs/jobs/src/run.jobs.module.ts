import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { JobHandlers } from './job-handlers';
import { JobLocks } from './job-locks';
import { JobRunner } from './job-runner';
import { JobRunsPurge } from './job-runs-purge';
import { JobsProcessor, JobsTicker } from './run.jobs';

/** What a worker does for jobs: it looks for what is due, and runs it. Other modules register their handlers. */
@Global()
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [JobHandlers, JobLocks, JobRunner, JobsTicker, JobsProcessor, JobRunsPurge],
  exports: [JobHandlers],
})
export class RunJobsModule {}
