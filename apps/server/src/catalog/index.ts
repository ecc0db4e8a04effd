import type { ModuleManifest } from '@waybill/core';
import { CatalogJobsModule } from './catalog.jobs.module';
import { CatalogModule } from './catalog.module';
import { catalogSchema } from './catalog.schema';
import { catalogScopes } from './catalog.scopes';

export { catalogAuditActions } from './audit-actions';
export { CatalogModule } from './catalog.module';
export { catalogSchema } from './catalog.schema';
export type { CatalogItemForOrder } from './items/catalog-items.repository';
export { CatalogItemsService } from './items/catalog-items.service';
export { typeName, usableType } from './package-types/type-name.join';
export { PackageTypesService } from './package-types/package-types.service';

export const catalogManifest: ModuleManifest = {
  module: CatalogModule,
  jobs: CatalogJobsModule,
  ...catalogSchema,
  scopes: catalogScopes,
  tags: {
    'package-types': 'Kinds of goods in packages.',
    'catalog-items': 'Products in the catalog.',
    'catalog-imports': 'Imports of items from CSV files.',
  },
};
