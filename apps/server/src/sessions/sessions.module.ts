import { Global, Module } from '@nestjs/common';
import { PRINCIPAL_RESOLVER } from '@waybill/http';
import { ApiKeysController } from './api-keys.controller';
import { AuthController } from './auth.controller';
import { AuthService } from './auth.service';
import { BootstrapKey } from './bootstrap-key';
import { LastUse } from './last-use';
import { KnownDevices } from './known-devices';
import { KnownDevicesRepository } from './known-devices.repository';
import { SessionPrincipalResolver } from './principal.resolver';
import { SessionsController } from './sessions.controller';
import { SessionsPurge } from './sessions.purge';
import { SessionsService } from './sessions.service';
import { UsersController } from './users.controller';
import { UsersModule } from './users.module';

/** Who is calling. */
@Global()
@Module({
  imports: [UsersModule],
  controllers: [SessionsController, AuthController, UsersController, ApiKeysController],
  providers: [
    SessionsService,
    AuthService,
    KnownDevices,
    KnownDevicesRepository,
    SessionsPurge,
    BootstrapKey,
    LastUse,
    { provide: PRINCIPAL_RESOLVER, useClass: SessionPrincipalResolver },
  ],
  exports: [PRINCIPAL_RESOLVER, BootstrapKey, SessionsPurge],
})
export class SessionsModule {}
