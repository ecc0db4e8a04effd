import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller';
import { AuditLogQueries } from './audit-log.queries';

/** Endpoints of the audit log. */
@Module({ controllers: [AuditController], providers: [AuditLogQueries] })
export class AuditLogModule {}
