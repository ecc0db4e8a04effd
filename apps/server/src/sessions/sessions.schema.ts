import type { Schema } from '@waybill/database';
import { ApiKeyEntity } from './api-keys/api-key.entity';
import { KnownDeviceEntity } from './auth/known-device.entity';
import { LoginFailuresEntity } from './auth/login-failures.entity';
import { CreateSessions1763600000000 } from './migrations/1763600000000-create-sessions';
import { CreateUsers1763600400000 } from './migrations/1763600400000-create-users';
import { CreateKnownDevices1763600412000 } from './migrations/1763600412000-create-known-devices';
import { AddMakersOfApiKeys1763600500000 } from './migrations/1763600500000-add-makers-of-api-keys';
import { UserOwnerIdEntity } from './users/user-owner-id.entity';
import { UserEntity } from './users/user.entity';
import { SessionEntity } from './sessions/session.entity';

/** The tables of this module. */
export const sessionsSchema: Schema = {
  entities: [
    ...[SessionEntity, ApiKeyEntity, UserEntity, UserOwnerIdEntity],
    ...[LoginFailuresEntity, KnownDeviceEntity],
  ],
  migrations: [
    CreateSessions1763600000000,
    CreateUsers1763600400000,
    CreateKnownDevices1763600412000,
    AddMakersOfApiKeys1763600500000,
  ],
};
