import type { Schema } from '@waybill/database';
import { CreatePackages1763600200000 } from './migrations/1763600200000-create-packages';
import { RenameRequeueAt1763600700000 } from './migrations/1763600700000-rename-requeue-at';
import { AddPackageStatusAndEvents1763601000000 } from './migrations/1763601000000-add-package-status-and-events';
import { CreateDailyCosts1763601010000 } from './migrations/1763601010000-create-daily-costs';
import { DailyCostEntity } from './daily-cost.entity';
import { PackageEventEntity } from './package-event.entity';
import { PackageEntity } from './package.entity';
import { RegistrationEntity } from './registration.entity';

/** The tables of this module. */
export const packagesSchema: Schema = {
  entities: [PackageEntity, PackageEventEntity, RegistrationEntity, DailyCostEntity],
  migrations: [
    CreatePackages1763600200000,
    RenameRequeueAt1763600700000,
    AddPackageStatusAndEvents1763601000000,
    CreateDailyCosts1763601010000,
  ],
};
