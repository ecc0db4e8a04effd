export { CreateApiKeyDto } from './api-keys.dto';
export { BootstrapKey } from './bootstrap-key';
export { roles, scopesOfRole } from './roles';
export { SessionsModule } from './sessions.module';
export { SessionsPurge } from './sessions.purge';
export { sessionsSchema } from './sessions.schema';
export { StaffAdministrationModule } from './staff-administration.module';
export { StaffAdministration } from './staff-administration.service';
export { CreateUserDto } from './users.dto';
