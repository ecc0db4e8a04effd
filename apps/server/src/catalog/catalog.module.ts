import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { catalogSchema } from './catalog.schema';
import { CatalogItemsRepository } from './items/catalog-items.repository';
import { PackageTypesController } from './package-types/package-types.controller';
import { PackageTypesRepository } from './package-types/package-types.repository';
import { PackageTypesService } from './package-types/package-types.service';

/** Package types and items. */
@Module({
  imports: [TypeOrmModule.forFeature(catalogSchema.entities)],
  controllers: [PackageTypesController],
  providers: [PackageTypesService, PackageTypesRepository, CatalogItemsRepository],
  exports: [PackageTypesService],
})
export class CatalogModule {}
