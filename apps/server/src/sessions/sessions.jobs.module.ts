import { Module } from '@nestjs/common';
import { SessionsScheduledJobs } from './sessions.jobs';
import { SessionsModule } from './sessions.module';

/** Scheduled jobs of sessions, in a worker. */
@Module({ imports: [SessionsModule], providers: [SessionsScheduledJobs] })
export class SessionsJobsModule {}
