import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { catalogSchema } from './catalog.schema';
import { ItemsExportController } from './exports/items-export.controller';
import { ItemsExport } from './exports/items-export.queries';
import { ImportRunner } from './imports/import-runner.service';
import { ImportWorkRepository } from './imports/import-work.repository';
import { ImportedChunks } from './imports/imported-chunks.service';
import { ImportedItemsRepository } from './imports/imported-items.repository';
import { ImportsController } from './imports/imports.controller';
import { ImportsQueries } from './imports/imports.queries';
import { ImportsRepository } from './imports/imports.repository';
import { ImportsService } from './imports/imports.service';
import { ImportsSweeper } from './imports/imports-sweeper.service';
import { UploadsService } from './imports/uploads.service';
import { CatalogItemsController } from './items/catalog-items.controller';
import { CatalogItemsRepository } from './items/catalog-items.repository';
import { CatalogItemsService } from './items/catalog-items.service';
import { ItemCache } from './items/item-cache';
import { PackageTypesController } from './package-types/package-types.controller';
import { PackageTypesRepository } from './package-types/package-types.repository';
import { PackageTypesService } from './package-types/package-types.service';

/** Package types and items, with their import and export. */
@Module({
  imports: [TypeOrmModule.forFeature(catalogSchema.entities)],
  controllers: [PackageTypesController, ItemsExportController, CatalogItemsController, ImportsController],
  providers: [
    ...[PackageTypesService, PackageTypesRepository],
    ...[CatalogItemsService, CatalogItemsRepository, ItemCache, ItemsExport],
    ...[ImportsService, ImportsQueries, ImportsRepository, UploadsService, ImportsSweeper],
    ...[ImportRunner, ImportWorkRepository, ImportedChunks, ImportedItemsRepository],
  ],
  exports: [PackageTypesService, CatalogItemsService, ImportRunner, ImportsSweeper],
})
export class CatalogModule {}
