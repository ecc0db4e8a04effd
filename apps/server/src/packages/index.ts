export { packagesAuditActions } from './audit-actions';
export { PackageOwners } from './package-owners';
export { PackagesModule } from './packages.module';
export { packagesSchema } from './packages.schema';
