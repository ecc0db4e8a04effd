export { CatalogModule } from './catalog.module';
export { catalogSchema } from './catalog.schema';
export { typeName } from './type-name.join';
export { PackageTypesService } from './package-types.service';
