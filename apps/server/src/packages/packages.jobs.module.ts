import { Module } from '@nestjs/common';
import { PackagesScheduledJobs, RegistrationsProcessor } from './packages.jobs';
import { PackagesModule } from './packages.module';

/** What a worker does for packages. */
@Module({ imports: [PackagesModule], providers: [RegistrationsProcessor, PackagesScheduledJobs] })
export class PackagesJobsModule {}
