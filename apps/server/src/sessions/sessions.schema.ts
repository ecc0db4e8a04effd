import type { Schema } from '@waybill/database';
import { ApiKeyEntity } from './api-key.entity';
import { LoginFailuresEntity } from './login-failures.entity';
import { CreateSessions1763600000000 } from './migrations/1763600000000-create-sessions';
import { CreateUsers1763600400000 } from './migrations/1763600400000-create-users';
import { SessionEntity } from './session.entity';
import { UserOwnerIdEntity } from './user-owner-id.entity';
import { UserEntity } from './user.entity';

/** The tables of this module. */
export const sessionsSchema: Schema = {
  entities: [SessionEntity, ApiKeyEntity, UserEntity, UserOwnerIdEntity, LoginFailuresEntity],
  migrations: [CreateSessions1763600000000, CreateUsers1763600400000],
};
