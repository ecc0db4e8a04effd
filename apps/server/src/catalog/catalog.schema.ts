import type { Schema } from '@waybill/database';
import { CatalogImportChunkEntity } from './imports/catalog-import-chunk.entity';
import { CatalogImportErrorEntity } from './imports/catalog-import-error.entity';
import { CatalogImportEntity } from './imports/catalog-import.entity';
import { CatalogItemEntity } from './items/catalog-item.entity';
import { CreatePackageTypes1763600010000 } from './migrations/1763600010000-create-package-types';
import { CreateCatalogItems1763601100000 } from './migrations/1763601100000-create-catalog-items';
import { AddPackageTypesNameCheck1763601110000 } from './migrations/1763601110000-add-package-types-name-check';
import { CreateCatalogImports1763601200000 } from './migrations/1763601200000-create-catalog-imports';
import { PackageTypeEntity } from './package-types/package-type.entity';

/** The tables of this module. */
export const catalogSchema: Schema = {
  entities: [
    PackageTypeEntity,
    CatalogItemEntity,
    CatalogImportEntity,
    CatalogImportChunkEntity,
    CatalogImportErrorEntity,
  ],
  migrations: [
    CreatePackageTypes1763600010000,
    CreateCatalogItems1763601100000,
    AddPackageTypesNameCheck1763601110000,
    CreateCatalogImports1763601200000,
  ],
};
