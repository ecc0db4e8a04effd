/** How an entity uses an owner ID. */
export type OwnerIdUse =
  | {
      /** Its rows are data of their owner: the session purge keeps the owner's session. */
      retainsOwner: true;
      /** SQL conditions on the entity's own columns, each with an index to answer it. Only rows that meet one retain the owner. */
      where?: readonly string[];
    }
  /** Its rows only refer to the owner. */
  | { retainsOwner: false };

const declared = new Map<object, Map<string, OwnerIdUse>>();

/**
 * Declares that a column holds an owner ID, and whether rows retain their owner. `OwnerTables` refuses the boot for a column
 * named `owner_id` or `…_owner_id` without it.
 */
export const OwnerId =
  (use: OwnerIdUse): PropertyDecorator =>
  ({ constructor }, property) => {
    const ofEntity = declared.get(constructor) ?? new Map<string, OwnerIdUse>();
    declared.set(constructor, ofEntity.set(String(property), use));
  };

/** What an entity declares of one of its columns. */
export const ownerIdUse = (entity: unknown, property: string): OwnerIdUse | undefined =>
  declared.get(entity as object)?.get(property);
