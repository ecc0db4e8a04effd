import { Global, Module } from '@nestjs/common';
import { PRINCIPAL_RESOLVER } from '@waybill/http';
import { ApiKeysRepository } from './api-keys.repository';
import { BootstrapKey } from './bootstrap-key';
import { SessionPrincipalResolver } from './principal.resolver';
import { SessionsController } from './sessions.controller';
import { SessionsRepository } from './sessions.repository';
import { SessionsService } from './sessions.service';

/** Who is calling. */
@Global()
@Module({
  controllers: [SessionsController],
  providers: [
    SessionsService,
    SessionsRepository,
    ApiKeysRepository,
    BootstrapKey,
    { provide: PRINCIPAL_RESOLVER, useClass: SessionPrincipalResolver },
  ],
  exports: [PRINCIPAL_RESOLVER, BootstrapKey],
})
export class SessionsModule {}
