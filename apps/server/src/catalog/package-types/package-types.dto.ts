/** A package type. */
export class PackageTypeDto {
  /** @example 1 */
  id!: number;

  /** @example "clothes" */
  name!: string;
}

/** A page of package types. */
export class PackageTypePage {
  items!: PackageTypeDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}
