import { Module } from '@nestjs/common';
import { RegistrationsProcessor } from './packages.jobs';
import { PackagesModule } from './packages.module';

/** What a worker does for packages. */
@Module({ imports: [PackagesModule], providers: [RegistrationsProcessor] })
export class PackagesJobsModule {}
