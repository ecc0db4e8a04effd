import { Module } from '@nestjs/common';
import { TypesController } from './types.controller';
import { TypesRepository } from './types.repository';
import { TypesService } from './types.service';

/** What can be sent. */
@Module({
  controllers: [TypesController],
  providers: [TypesService, TypesRepository],
  exports: [TypesService],
})
export class CatalogModule {}
