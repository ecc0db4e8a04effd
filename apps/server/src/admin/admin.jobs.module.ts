import { Module } from '@nestjs/common';
import { IdempotencyKeysPurge } from '@waybill/http';
import { PackagesModule } from '../packages';
import { SessionsModule } from '../sessions';
import { AdminScheduledJobs } from './admin.jobs';

/** What a worker does for the jobs that are no single module's own. */
@Module({ imports: [SessionsModule, PackagesModule], providers: [AdminScheduledJobs, IdempotencyKeysPurge] })
export class AdminJobsModule {}
