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

  /** The cursor of the next page; null on the last one. */
  next_cursor!: string | null;
}
