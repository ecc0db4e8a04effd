import { columnsOf } from '@waybill/database';
import { PackageTypeEntity } from './package-type.entity';

/** Puts the name of its package type to a row of another module, in one statement: such reads are hot. */
export const typeName = {
  /** Gives the row its `typeName`. */
  columns: columnsOf(PackageTypeEntity, 'name').fromAs('package_type', 'type'),
  /** @param typeId the column of the row that holds the type's id. */
  join: (typeId: string) => `JOIN package_types AS package_type ON package_type.id = ${typeId}`,
};
