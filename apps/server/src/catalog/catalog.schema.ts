import type { Schema } from '@waybill/database';
import { CreatePackageTypes1763600010000 } from './migrations/1763600010000-create-package-types';
import { PackageTypeEntity } from './package-type.entity';

/** The tables of this module. */
export const catalogSchema: Schema = {
  entities: [PackageTypeEntity],
  migrations: [CreatePackageTypes1763600010000],
};
