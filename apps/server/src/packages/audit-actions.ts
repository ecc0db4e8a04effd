/** The actions that this module records in the audit log. */
export const packagesAuditActions = [
  'registration.accepted',
  'package.claimed',
  'package.cancelled',
  'package.repriced',
] as const;

export type PackagesAuditAction = (typeof packagesAuditActions)[number];
