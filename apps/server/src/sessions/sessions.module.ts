import { Global, Module } from '@nestjs/common';
import { PRINCIPAL_RESOLVER } from '@waybill/http';
import { Actors } from './actors';
import { ApiKeysController } from './api-keys/api-keys.controller';
import { BootstrapKey } from './api-keys/bootstrap-key';
import { AuthController } from './auth/auth.controller';
import { AuthService } from './auth/auth.service';
import { FailedSignIns } from './auth/failed-sign-ins';
import { KnownDevices } from './auth/known-devices';
import { KnownDevicesRepository } from './auth/known-devices.repository';
import { LastUse } from './last-use';
import { MeController } from './me/me.controller';
import { MeService } from './me/me.service';
import { SessionPrincipalResolver } from './principal.resolver';
import { SessionsController } from './sessions/sessions.controller';
import { SessionsPurge } from './sessions/sessions.purge';
import { SessionsService } from './sessions/sessions.service';
import { UsersController } from './users/users.controller';
import { UsersModule } from './users/users.module';

/** Identifies callers: sessions, sign-in, users and API keys. */
@Global()
@Module({
  imports: [UsersModule],
  controllers: [MeController, SessionsController, AuthController, UsersController, ApiKeysController],
  providers: [
    Actors,
    MeService,
    SessionsService,
    AuthService,
    FailedSignIns,
    KnownDevices,
    KnownDevicesRepository,
    SessionsPurge,
    BootstrapKey,
    LastUse,
    { provide: PRINCIPAL_RESOLVER, useClass: SessionPrincipalResolver },
  ],
  exports: [Actors, PRINCIPAL_RESOLVER, BootstrapKey, SessionsPurge],
})
export class SessionsModule {}
