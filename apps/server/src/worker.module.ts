import { Module } from '@nestjs/common';
import { modules } from './modules';

/** A process that runs jobs. */
@Module({ imports: modules.jobs })
export class WorkerModule {}
