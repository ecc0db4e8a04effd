import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '@waybill/audit';
import { ApiKeysRepository } from './api-keys.repository';
import { ApiKeysService } from './api-keys.service';
import { ARGON2, argon2id } from './argon2';
import { CallerHold } from './caller-hold';
import { LoginFailuresRepository } from './login-failures.repository';
import { LoginThrottle } from './login-throttle';
import { PasswordHasher } from './password-hasher';
import { SessionsRepository } from './sessions.repository';
import { sessionsSchema } from './sessions.schema';
import { UsersRepository } from './users.repository';
import { UsersService } from './users.service';

/** The staff's users, without HTTP: for the API and for the command line. */
@Module({
  imports: [TypeOrmModule.forFeature(sessionsSchema.entities), AuditModule],
  providers: [
    UsersService,
    UsersRepository,
    SessionsRepository,
    ApiKeysService,
    ApiKeysRepository,
    CallerHold,
    PasswordHasher,
    LoginThrottle,
    LoginFailuresRepository,
    { provide: ARGON2, useValue: argon2id },
  ],
  exports: [
    ...[UsersService, UsersRepository, SessionsRepository, ApiKeysService, ApiKeysRepository],
    ...[PasswordHasher, LoginThrottle],
  ],
})
export class UsersModule {}
