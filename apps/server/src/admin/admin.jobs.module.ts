import { Module } from '@nestjs/common';
import { IdempotencyKeysPurge } from '@waybill/http';
import { AdminScheduledJobs } from './admin.jobs';

/** Scheduled jobs of the libs, and those that need several modules, in a worker. */
@Module({ providers: [AdminScheduledJobs, IdempotencyKeysPurge] })
export class AdminJobsModule {}
