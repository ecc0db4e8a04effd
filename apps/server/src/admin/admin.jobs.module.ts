import { Module } from '@nestjs/common';
import { IdempotencyKeysPurge } from '@waybill/http';
import { AdminScheduledJobs } from './admin.jobs';

/** What a worker does for the libs that have scheduled jobs. */
@Module({ providers: [AdminScheduledJobs, IdempotencyKeysPurge] })
export class AdminJobsModule {}
