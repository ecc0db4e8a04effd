export { CatalogModule } from './catalog.module';
export { catalogSchema } from './catalog.schema';
export { typeName } from './type-name.join';
export { TypesService } from './types.service';
