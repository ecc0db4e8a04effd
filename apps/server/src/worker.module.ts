import { Module } from '@nestjs/common';
import { PackagesJobsModule } from './packages/packages.jobs.module';

/** What a process that runs jobs is made of. */
@Module({ imports: [PackagesJobsModule] })
export class WorkerModule {}
