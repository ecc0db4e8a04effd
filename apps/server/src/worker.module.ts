import { Module } from '@nestjs/common';
import { RunJobsModule } from '@waybill/jobs';
import { AdminJobsModule } from './admin/admin.jobs.module';
import { PackagesJobsModule } from './packages/packages.jobs.module';

/** What a process that runs jobs is made of. */
@Module({ imports: [RunJobsModule, PackagesJobsModule, AdminJobsModule] })
export class WorkerModule {}
