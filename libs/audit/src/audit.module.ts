import { Module } from '@nestjs/common';
import { AuditPartitions } from './audit-partitions';
import { AuditQueries } from './audit.queries';
import { AuditRepository } from './audit.repository';
import { AuditService } from './audit.service';

/** The append-only log of what staff, keys and the system change. Needs `Database`. */
@Module({
  providers: [AuditService, AuditQueries, AuditPartitions, AuditRepository],
  exports: [AuditService, AuditQueries, AuditPartitions],
})
export class AuditModule {}
