import { Module } from '@nestjs/common';
import { jobsModules } from './jobs-modules';

/** What a process that runs jobs is made of. */
@Module({ imports: jobsModules })
export class WorkerModule {}
