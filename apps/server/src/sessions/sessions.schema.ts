import type { Schema } from '@waybill/database';
import { ApiKeyEntity } from './api-key.entity';
import { KnownDeviceEntity } from './known-device.entity';
import { LoginFailuresEntity } from './login-failures.entity';
import { CreateSessions1763600000000 } from './migrations/1763600000000-create-sessions';
import { CreateUsers1763600400000 } from './migrations/1763600400000-create-users';
import { CreateKnownDevices1763600412000 } from './migrations/1763600412000-create-known-devices';
import { AddMakersOfApiKeys1763600500000 } from './migrations/1763600500000-add-makers-of-api-keys';
import { SessionEntity } from './session.entity';
import { UserOwnerIdEntity } from './user-owner-id.entity';
import { UserEntity } from './user.entity';

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
