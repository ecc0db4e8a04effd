import { Module } from '@nestjs/common';
import { modules } from './modules';

/** What a process that runs jobs is made of. */
@Module({ imports: modules.jobs })
export class WorkerModule {}
