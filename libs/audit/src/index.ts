import { AuditEntryEntity } from './audit-entry.entity';
import { CreateAuditLog1763600300000 } from './migrations/1763600300000-create-audit-log';

export { AuditPartitions } from './audit-partitions';
export { AuditModule } from './audit.module';
export { AuditQueries } from './audit.queries';
export type { AuditEntryRow, AuditFilters } from './audit.repository';
export { type AuditActor, type AuditChanges, type AuditEntry, AuditService } from './audit.service';

export const auditSchema = {
  entities: [AuditEntryEntity],
  migrations: [CreateAuditLog1763600300000],
};
