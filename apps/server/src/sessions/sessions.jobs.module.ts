import { Module } from '@nestjs/common';
import { SessionsScheduledJobs } from './sessions.jobs';
import { SessionsModule } from './sessions.module';

/** What a worker does for sessions. */
@Module({ imports: [SessionsModule], providers: [SessionsScheduledJobs] })
export class SessionsJobsModule {}
