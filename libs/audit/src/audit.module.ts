import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditPartitions } from './audit-partitions';
import { AuditQueries } from './audit.queries';
import { AuditRepository } from './audit.repository';
import { auditSchema } from './audit.schema';
import { AuditService } from './audit.service';

/** The append-only log of what staff, keys and the system change. Needs `Database`. */
@Module({
  imports: [TypeOrmModule.forFeature(auditSchema.entities)],
  providers: [AuditService, AuditQueries, AuditPartitions, AuditRepository],
  exports: [AuditService, AuditQueries, AuditPartitions],
})
export class AuditModule {}
