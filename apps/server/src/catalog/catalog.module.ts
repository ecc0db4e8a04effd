import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { catalogSchema } from './catalog.schema';
import { PackageTypesController } from './package-types.controller';
import { PackageTypesRepository } from './package-types.repository';
import { PackageTypesService } from './package-types.service';

/** Package types. */
@Module({
  imports: [TypeOrmModule.forFeature(catalogSchema.entities)],
  controllers: [PackageTypesController],
  providers: [PackageTypesService, PackageTypesRepository],
  exports: [PackageTypesService],
})
export class CatalogModule {}
