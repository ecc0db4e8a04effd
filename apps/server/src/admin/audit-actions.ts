import { AUDIT_PARTITION_DROPPED } from '@waybill/audit';
import { packagesAuditActions } from '../packages';
import { sessionsAuditActions } from '../sessions';

/** Every action that the audit log can hold. A new one is added here by the module that records it. */
export const auditActions = [
  AUDIT_PARTITION_DROPPED,
  'job.run_requested',
  ...packagesAuditActions,
  ...sessionsAuditActions,
] as const;

export type AuditAction = (typeof auditActions)[number];
