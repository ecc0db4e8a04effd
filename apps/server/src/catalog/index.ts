import type { ModuleManifest } from '@waybill/core';
import { CatalogModule } from './catalog.module';
import { catalogSchema } from './catalog.schema';
import { catalogScopes } from './catalog.scopes';

export { CatalogModule } from './catalog.module';
export { catalogSchema } from './catalog.schema';
export { typeName, usableType } from './package-types/type-name.join';
export { PackageTypesService } from './package-types/package-types.service';

export const catalogManifest: ModuleManifest = {
  module: CatalogModule,
  ...catalogSchema,
  scopes: catalogScopes,
  tags: { catalog: 'Package types.' },
};
