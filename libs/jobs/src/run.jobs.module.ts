import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { JobHandlers } from './job-handlers';
import { JobLocks } from './job-locks';
import { JobRunner } from './job-runner';
import { JobRunsPurge } from './job-runs-purge';
import { JobScheduler, JobsProcessor } from './run.jobs';

/** Finds due runs and executes them, in a worker. */
@Global()
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [JobHandlers, JobLocks, JobRunner, JobScheduler, JobsProcessor, JobRunsPurge],
})
export class RunJobsModule {}
