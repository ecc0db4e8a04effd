import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { JobDefinition } from './job';
import { JobCatalog } from './job-catalog';
import { JobRunsRepository } from './job-runs.repository';
import { jobsSchema } from './jobs.schema';
import { JobsService } from './jobs.service';

/** What every process knows of jobs: which there are, and how their runs went. */
@Module({})
export class JobCatalogModule {
  static register(definitions: readonly JobDefinition[]): DynamicModule {
    return {
      module: JobCatalogModule,
      global: true,
      imports: [TypeOrmModule.forFeature(jobsSchema.entities)],
      providers: [
        { provide: JobCatalog, useValue: new JobCatalog(definitions) },
        JobRunsRepository,
        JobsService,
      ],
      exports: [JobCatalog, JobRunsRepository, JobsService],
    };
  }
}
