export { CreateApiKeyDto } from './api-keys/api-keys.dto';
export { BootstrapKey } from './api-keys/bootstrap-key';
export { roles, scopesOfRole } from './users/roles';
export { SessionsModule } from './sessions.module';
export { SessionsPurge } from './sessions/sessions.purge';
export { sessionsSchema } from './sessions.schema';
export { StaffAdministrationModule } from './users/staff-administration.module';
export { StaffAdministration } from './users/staff-administration.service';
export { CreateUserDto } from './users/users.dto';
