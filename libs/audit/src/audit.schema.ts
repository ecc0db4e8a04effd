import type { Schema } from '@waybill/database';
import { AuditEntryEntity } from './audit-entry.entity';
import { CreateAuditLog1763600300000 } from './migrations/1763600300000-create-audit-log';

/** Tables of the audit log. */
export const auditSchema: Schema = {
  entities: [AuditEntryEntity],
  migrations: [CreateAuditLog1763600300000],
};
