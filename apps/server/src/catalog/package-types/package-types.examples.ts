/** A package type that was just archived. */
export const archivedPackageType = { id: 1, name: 'clothes', archived_at: '2026-11-21T09:00:00.000Z' };
