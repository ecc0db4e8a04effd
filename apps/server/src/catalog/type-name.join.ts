import { columnsOf } from '@waybill/database';
import { PackageTypeEntity } from './package-type.entity';

/** Joins the package type's name to a row of another module in one statement, because such reads are hot. */
export const typeName = {
  /** Adds `typeName` to the row. */
  columns: columnsOf(PackageTypeEntity, 'name').fromAs('package_type', 'type'),
  /** @param typeId column that holds the type's ID. */
  join: (typeId: string) => `JOIN package_types AS package_type ON package_type.id = ${typeId}`,
};
