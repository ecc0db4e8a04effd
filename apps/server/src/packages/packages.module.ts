import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog';
import { PackagesController } from './packages.controller';
import { PackagesQueries } from './packages.queries';
import { PackagesRepository } from './packages.repository';
import { PackagesService } from './packages.service';
import { RegistrationsRepository } from './registrations.repository';
import { RegistrationsService } from './registrations.service';

/** Packages: registered and priced. */
@Module({
  imports: [CatalogModule],
  controllers: [PackagesController],
  providers: [
    PackagesService,
    PackagesQueries,
    PackagesRepository,
    RegistrationsService,
    RegistrationsRepository,
  ],
  exports: [RegistrationsService],
})
export class PackagesModule {}
