/** How an entity uses an owner ID. */
export type OwnerIdUse =
  | {
      /** The rows are data of their owner, so the session purge keeps the session of the owner. */
      retainsOwner: true;
      /**
       * SQL conditions on the entity's own columns, each supported by an index. Only rows that meet one of them retain
       * the owner.
       */
      where?: readonly string[];
    }
  /** The rows only refer to the owner. */
  | { retainsOwner: false };

const declared = new Map<object, Map<string, OwnerIdUse>>();

/**
 * Declares that a column holds an owner ID, and whether rows retain their owner. `OwnerTables` fails the boot if a
 * column named `owner_id` or `…_owner_id` lacks this.
 */
export const OwnerId =
  (use: OwnerIdUse): PropertyDecorator =>
  ({ constructor }, property) => {
    const ofEntity = declared.get(constructor) ?? new Map<string, OwnerIdUse>();
    declared.set(constructor, ofEntity.set(String(property), use));
  };

/** Returns the declared use of a column; undefined if none is declared. */
export const ownerIdUse = (entity: unknown, property: string): OwnerIdUse | undefined =>
  declared.get(entity as object)?.get(property);
