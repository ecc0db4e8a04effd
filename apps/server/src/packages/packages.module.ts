import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogModule } from '../catalog';
import { DailyCostsRepository } from './daily-costs.repository';
import { DailyStatsQueries } from './daily-stats.queries';
import { PackageChangesController } from './package-changes.controller';
import { PackageEventsRepository } from './package-events.repository';
import { PackageHistoryController } from './package-history.controller';
import { PackageHistoryQueries } from './package-history.queries';
import { PackagePrices } from './package-prices.service';
import { PackageStatusService } from './package-status.service';
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
import { RepricingService } from './repricing.service';

/** Registers packages, computes their delivery costs, and records who claims or cancels them. */
@Module({
  imports: [TypeOrmModule.forFeature(packagesSchema.entities), CatalogModule],
  controllers: [PackagesController, PackageHistoryController, PackageChangesController],
  providers: [
    PackagesService,
    PackagesQueries,
    PackagesRepository,
    PackagePrices,
    PackageEventsRepository,
    PackageHistoryQueries,
    PackageStatusService,
    RepricingService,
    DailyCostsRepository,
    DailyStatsQueries,
    PendingLimit,
    RegistrationsService,
    RegistrationsSweeper,
    RegistrationsRepository,
    RegistrationsMetrics,
  ],
  exports: [PackagePrices, PackagesQueries, RegistrationsService, RegistrationsSweeper],
})
export class PackagesModule {}
