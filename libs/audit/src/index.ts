import type { ModuleManifest } from '@waybill/core';
import { auditSchema } from './audit.schema';

export { AUDIT_PARTITION_DROPPED, AuditPartitions } from './audit-partitions';
export { AuditModule } from './audit.module';
export { AuditQueries } from './audit.queries';
export {
  auditInsert,
  type AuditEntryRow,
  type AuditEntryValues,
  type AuditFilters,
} from './audit.repository';
export { auditSchema } from './audit.schema';
export { type AuditActor, type AuditChanges, type AuditEntry, AuditService } from './audit.service';

export const auditManifest: ModuleManifest = auditSchema;
