import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller';

/** What administrators see of the audit log. */
@Module({ controllers: [AuditController] })
export class AuditLogModule {}
