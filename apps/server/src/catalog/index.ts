export { CatalogModule } from './catalog.module';
export { catalogSchema } from './catalog.schema';
export { typeName, usableType } from './type-name.join';
export { PackageTypesService } from './package-types.service';
