import { CreatePackageTypes1763600010000 } from './migrations/1763600010000-create-package-types';
import { PackageTypeEntity } from './package-type.entity';

export { CatalogModule } from './catalog.module';
export { TypesService } from './types.service';

export const catalogSchema = { entities: [PackageTypeEntity], migrations: [CreatePackageTypes1763600010000] };
