/** The reply to the example request that creates a package type. */
export const createdPackageType = { id: 4, name: 'furniture', archived_at: null };

/** The reply to the example request that renames a package type. */
export const renamedPackageType = { id: 1, name: 'home furniture', archived_at: null };

/** A package type that was just archived. */
export const archivedPackageType = { id: 1, name: 'clothes', archived_at: '2026-11-21T09:00:00.000Z' };
