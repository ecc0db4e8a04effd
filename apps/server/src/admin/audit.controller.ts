import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import { Ctx, RequireScopes } from '@waybill/http';
import { adminScopes } from './admin.scopes';
import { AuditEntryPage, ListAuditEntriesQuery } from './audit.dto';
import { AuditLogQueries } from './audit-log.queries';

@ApiTags('admin')
@Controller('api/v1/admin/audit-log')
export class AuditController {
  constructor(private readonly entries: AuditLogQueries) {}

  /**
   * List audit log entries. Newest first. The log records changes by staff, API keys, the command line and the system. It
   * also records up to 60 failed sign-ins per minute per process.
   */
  @Get()
  @RequireScopes(adminScopes.readAudit)
  @ApiOperation({ operationId: 'listAuditEntries' })
  @ApiOkResponse({ type: AuditEntryPage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListAuditEntriesQuery): Promise<AuditEntryPage> {
    return this.entries.list(ctx, query);
  }
}
