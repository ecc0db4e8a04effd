import type { ModuleManifest } from '@waybill/core';
import { TicketsJobsModule } from './tickets.jobs.module';
import { TicketsModule } from './tickets.module';
import { ticketsSchema } from './tickets.schema';
import { ticketsScopes } from './tickets.scopes';

export const ticketsManifest: ModuleManifest = {
  module: TicketsModule,
  jobs: TicketsJobsModule,
  ...ticketsSchema,
  scopes: ticketsScopes,
  tags: { tickets: 'Support requests, with comments and history.' },
};

export { ticketsAuditActions } from './audit-actions';
