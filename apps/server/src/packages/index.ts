import { CreatePackages1763600200000 } from './migrations/1763600200000-create-packages';
import { PackageEntity } from './package.entity';
import { RegistrationEntity } from './registration.entity';

export { PackageOwners } from './package-owners';
export { PackagesModule } from './packages.module';

export const packagesSchema = {
  entities: [PackageEntity, RegistrationEntity],
  migrations: [CreatePackages1763600200000],
};
