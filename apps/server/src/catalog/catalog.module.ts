import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { catalogSchema } from './catalog.schema';
import { TypesController } from './types.controller';
import { TypesRepository } from './types.repository';
import { TypesService } from './types.service';

/** What can be sent. */
@Module({
  imports: [TypeOrmModule.forFeature(catalogSchema.entities)],
  controllers: [TypesController],
  providers: [TypesService, TypesRepository],
  exports: [TypesService],
})
export class CatalogModule {}
