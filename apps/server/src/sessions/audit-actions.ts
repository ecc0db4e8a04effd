/** The actions that this module records in the audit log. */
export const sessionsAuditActions = [
  'api_key.created',
  'api_key.renamed',
  'api_key.revoked',
  'api_key.rotated',
  'session.ended',
  'session.signed_in',
  'user.created',
  'user.disabled',
  'user.enabled',
  'user.password_changed',
  'user.password_reset',
  'user.role_changed',
  'user.sign_in_failed',
  'user.throttle_lifted',
] as const;

export type SessionsAuditAction = (typeof sessionsAuditActions)[number];
