import { Module } from '@nestjs/common';
import { CatalogModule } from './catalog.module';
import { ImportsProcessor, ImportsScheduledJobs } from './imports/imports.jobs';

/** Job processing and scheduled jobs of the catalog, in a worker. */
@Module({ imports: [CatalogModule], providers: [ImportsProcessor, ImportsScheduledJobs] })
export class CatalogJobsModule {}
