import type { ModuleManifest } from '@waybill/core';
import { SessionsJobsModule } from './sessions.jobs.module';
import { SessionsModule } from './sessions.module';
import { sessionsSchema } from './sessions.schema';
import { sessionsScopes } from './sessions.scopes';

export { type ActorNames, Actors } from './actors';
export { sessionsAuditActions } from './audit-actions';
export { CreateApiKeyDto } from './api-keys/api-keys.dto';
export { BootstrapKey } from './api-keys/bootstrap-key';
export { type Role, roles, scopesOfRole } from './users/roles';
export { StaffAdministrationModule } from './users/staff-administration.module';
export { StaffAdministration } from './users/staff-administration.service';
export { CreateUserDto } from './users/users.dto';

export const sessionsManifest: ModuleManifest = {
  module: SessionsModule,
  jobs: SessionsJobsModule,
  ...sessionsSchema,
  scopes: sessionsScopes,
  tags: {
    sessions: 'Sessions of customers and staff.',
    auth: 'Sign in and out, and change passwords.',
    users: 'Staff accounts.',
    'api-keys': 'Keys for programs that call this API.',
  },
};
