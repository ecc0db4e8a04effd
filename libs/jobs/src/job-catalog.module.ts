import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CONFIG, type Config } from '@waybill/config';
import { JobCatalog } from './job-catalog';
import { JobRunsRepository } from './job-runs.repository';
import { jobsSchema } from './jobs.schema';
import { JobsService } from './jobs.service';
import { declaredJobs } from './scheduled-job';

/** The jobs and the history of their runs, for every process. */
@Module({})
export class JobCatalogModule {
  /** @param jobsModules the modules whose providers declare jobs; only workers import them. */
  static register(jobsModules: readonly Type[]): DynamicModule {
    return {
      module: JobCatalogModule,
      global: true,
      imports: [TypeOrmModule.forFeature(jobsSchema.entities)],
      providers: [
        {
          provide: JobCatalog,
          inject: [CONFIG],
          useFactory: ({ jobs }: Config) => new JobCatalog(declaredJobs(jobsModules), jobs.schedules),
        },
        JobRunsRepository,
        JobsService,
      ],
      exports: [JobCatalog, JobRunsRepository, JobsService],
    };
  }
}
