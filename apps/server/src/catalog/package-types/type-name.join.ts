import { columnsOf } from '@waybill/database';
import { PackageTypeEntity } from './package-type.entity';

/** Joins the name of the package type to the rows of another module, because separate reads would be too slow. */
export const typeName = {
  /** Adds `typeName` to the row. */
  columns: columnsOf(PackageTypeEntity, 'name').fromAs('package_type', 'type'),
  /** @param typeId column with the type's ID. */
  join: (typeId: string) => `JOIN package_types AS package_type ON package_type.id = ${typeId}`,
};

/**
 * Filters rows of another module by a usable package type: one that exists and is not archived. Join it in an INSERT,
 * so that PostgreSQL checks the type: every process refuses an archived type immediately, without another round trip.
 */
export const usableType = {
  /** @param typeId column with the type's ID. */
  join: (typeId: string) => `${typeName.join(typeId)} AND package_type.archived_at IS NULL`,
};
