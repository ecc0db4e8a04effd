import { ApiKeyEntity } from './api-key.entity';
import { LoginFailuresEntity } from './login-failures.entity';
import { CreateSessions1763600000000 } from './migrations/1763600000000-create-sessions';
import { CreateUsers1763600400000 } from './migrations/1763600400000-create-users';
import { SessionEntity } from './session.entity';
import { UserOwnerIdEntity } from './user-owner-id.entity';
import { UserEntity } from './user.entity';

export { CreateApiKeyDto } from './api-keys.dto';
export { BootstrapKey } from './bootstrap-key';
export { roles, scopesOfRole } from './roles';
export { SessionsModule } from './sessions.module';
export { SessionsPurge } from './sessions.purge';
export { StaffAdministrationModule } from './staff-administration.module';
export { StaffAdministration } from './staff-administration.service';
export { CreateUserDto } from './users.dto';

export const sessionsSchema = {
  entities: [SessionEntity, ApiKeyEntity, UserEntity, UserOwnerIdEntity, LoginFailuresEntity],
  migrations: [CreateSessions1763600000000, CreateUsers1763600400000],
};
