import type { Schema } from '@waybill/database';
import { CreatePackageTypes1763600010000 } from './migrations/1763600010000-create-package-types';
import { CreateCatalogItems1763601100000 } from './migrations/1763601100000-create-catalog-items';
import { CatalogItemEntity } from './items/catalog-item.entity';
import { PackageTypeEntity } from './package-types/package-type.entity';

/** The tables of this module. */
export const catalogSchema: Schema = {
  entities: [PackageTypeEntity, CatalogItemEntity],
  migrations: [CreatePackageTypes1763600010000, CreateCatalogItems1763601100000],
};
