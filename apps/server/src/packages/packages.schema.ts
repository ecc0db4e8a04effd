import type { Schema } from '@waybill/database';
import { CreatePackages1763600200000 } from './migrations/1763600200000-create-packages';
import { RenameRequeueAt1763600700000 } from './migrations/1763600700000-rename-requeue-at';
import { PackageEntity } from './package.entity';
import { RegistrationEntity } from './registration.entity';

/** The tables of this module. */
export const packagesSchema: Schema = {
  entities: [PackageEntity, RegistrationEntity],
  migrations: [CreatePackages1763600200000, RenameRequeueAt1763600700000],
};
