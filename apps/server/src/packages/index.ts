export { PackageOwners } from './package-owners';
export { PackagesModule } from './packages.module';
export { packagesSchema } from './packages.schema';
