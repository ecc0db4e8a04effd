import { Module } from '@nestjs/common';
import { PackagesJobsModule } from './packages';

/** What a process that runs jobs is made of. */
@Module({ imports: [PackagesJobsModule] })
export class WorkerModule {}
