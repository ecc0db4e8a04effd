import { Module } from '@nestjs/common';
import { TicketsScheduledJobs } from './tickets.jobs';
import { TicketsModule } from './tickets.module';

/** Scheduled jobs of tickets, in a worker. */
@Module({ imports: [TicketsModule], providers: [TicketsScheduledJobs] })
export class TicketsJobsModule {}
