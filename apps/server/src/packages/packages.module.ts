import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogModule } from '../catalog';
import { PackagePrices } from './package-prices.service';
import { PackagesController } from './packages.controller';
import { PackagesQueries } from './packages.queries';
import { PackagesRepository } from './packages.repository';
import { packagesSchema } from './packages.schema';
import { PackagesService } from './packages.service';
import { PendingLimit } from './pending-limit';
import { RegistrationsMetrics } from './registrations.metrics';
import { RegistrationsSweeper } from './registrations-sweeper.service';
import { RegistrationsRepository } from './registrations.repository';
import { RegistrationsService } from './registrations.service';

/** Registers packages and computes their delivery costs. */
@Module({
  imports: [TypeOrmModule.forFeature(packagesSchema.entities), CatalogModule],
  controllers: [PackagesController],
  providers: [
    PackagesService,
    PackagesQueries,
    PackagesRepository,
    PackagePrices,
    PendingLimit,
    RegistrationsService,
    RegistrationsSweeper,
    RegistrationsRepository,
    RegistrationsMetrics,
  ],
  exports: [PackagePrices, PackagesQueries, RegistrationsService, RegistrationsSweeper],
})
export class PackagesModule {}
