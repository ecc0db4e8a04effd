export { CatalogModule } from './catalog.module';
export { catalogSchema } from './catalog.schema';
export { TypesService } from './types.service';
