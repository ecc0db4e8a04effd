import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { catalogSchema } from './catalog.schema';
import { CatalogItemsController } from './items/catalog-items.controller';
import { CatalogItemsRepository } from './items/catalog-items.repository';
import { CatalogItemsService } from './items/catalog-items.service';
import { ItemCache } from './items/item-cache';
import { PackageTypesController } from './package-types/package-types.controller';
import { PackageTypesRepository } from './package-types/package-types.repository';
import { PackageTypesService } from './package-types/package-types.service';

/** Package types and items. */
@Module({
  imports: [TypeOrmModule.forFeature(catalogSchema.entities)],
  controllers: [PackageTypesController, CatalogItemsController],
  providers: [
    ...[PackageTypesService, PackageTypesRepository],
    ...[CatalogItemsService, CatalogItemsRepository, ItemCache],
  ],
  exports: [PackageTypesService, CatalogItemsService],
})
export class CatalogModule {}
