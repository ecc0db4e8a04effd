import { FromTrueOrFalse, IsText, ListQuery, Optional } from '@waybill/http';
import type { PackageTypeRow } from './package-types.repository';

const MAX_NAME_LENGTH = 100;

/** A package type to create. */
export class CreatePackageTypeDto {
  /**
   * Unique name: no other package type has it, not even an archived one. Letter case matters.
   * @example "furniture"
   */
  @IsText(1, MAX_NAME_LENGTH)
  name!: string;
}

/** A new name for a package type. */
export class RenamePackageTypeDto {
  /**
   * Unique name: no other package type has it, not even an archived one. Letter case matters.
   * @example "home furniture"
   */
  @IsText(1, MAX_NAME_LENGTH)
  name!: string;
}

/** A package type. */
export class PackageTypeDto {
  /** @example 1 */
  id!: number;

  /** @example "clothes" */
  name!: string;

  /**
   * Time at which the type was archived. Null if it is not archived.
   * @example null
   */
  archived_at!: Date | null;
}

/** A page of package types. */
export class PackageTypePage {
  items!: PackageTypeDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

/** Filters for a list of package types. */
export class ListPackageTypesQuery extends ListQuery {
  /** `true`: return only archived types. `false` (default): return only types that are not archived. */
  @Optional()
  @FromTrueOrFalse()
  archived?: boolean;
}

export function toPackageTypeDto({ id, name, archivedAt }: PackageTypeRow): PackageTypeDto {
  return { id, name, archived_at: archivedAt };
}
