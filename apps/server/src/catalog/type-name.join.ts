import { columnsOf } from '@waybill/database';
import { PackageTypeEntity } from './package-type.entity';

/** Joins the package type's name to a row of another module in one statement, because such reads are hot. */
export const typeName = {
  /** Adds `typeName` to the row. */
  columns: columnsOf(PackageTypeEntity, 'name').fromAs('package_type', 'type'),
  /** @param typeId column that holds the type's ID. */
  join: (typeId: string) => `JOIN package_types AS package_type ON package_type.id = ${typeId}`,
};

/**
 * Keeps rows of another module whose package type can be used: it exists and is not archived. An INSERT that selects through it
 * asks PostgreSQL itself, so an archived type is refused at once in every process, and no round trip is spent on it.
 */
export const usableType = {
  /** @param typeId the column of the row that holds the type's id. */
  join: (typeId: string) => `${typeName.join(typeId)} AND package_type.archived_at IS NULL`,
};
