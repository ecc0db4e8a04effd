import type { ModuleManifest } from '@waybill/core';
import { SessionsJobsModule } from './sessions.jobs.module';
import { SessionsModule } from './sessions.module';
import { sessionsSchema } from './sessions.schema';
import { sessionsScopes } from './sessions.scopes';

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
  tags: { sessions: 'Who is calling: anonymous sessions, sign-in, users and API keys.' },
};
