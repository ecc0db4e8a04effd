import { AUDIT_PARTITION_DROPPED } from '@waybill/audit';
import { ordersAuditActions } from '../orders';
import { catalogAuditActions } from '../catalog';
import { packagesAuditActions } from '../packages';
import { sessionsAuditActions } from '../sessions';
import { ticketsAuditActions } from '../tickets';

/** Every action in the audit log. A module that records a new action adds it here. */
export const auditActions = [
  AUDIT_PARTITION_DROPPED,
  'job.run_requested',
  ...ordersAuditActions,
  ...catalogAuditActions,
  ...packagesAuditActions,
  ...sessionsAuditActions,
  ...ticketsAuditActions,
] as const;

export type AuditAction = (typeof auditActions)[number];
