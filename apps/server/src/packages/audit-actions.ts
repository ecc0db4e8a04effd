/** The actions that this module records in the audit log. */
export const packagesAuditActions = ['registration.accepted'] as const;
