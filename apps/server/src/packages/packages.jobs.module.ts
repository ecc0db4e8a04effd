import { Module } from '@nestjs/common';
import { PackagesScheduledJobs, RegistrationsProcessor } from './packages.jobs';
import { PackagesModule } from './packages.module';

/** Job processing and scheduled jobs of packages, in a worker. */
@Module({ imports: [PackagesModule], providers: [RegistrationsProcessor, PackagesScheduledJobs] })
export class PackagesJobsModule {}
