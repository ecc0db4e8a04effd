import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '@waybill/audit';
import { ApiKeysRepository } from '../api-keys/api-keys.repository';
import { ApiKeysService } from '../api-keys/api-keys.service';
import { CallerLock } from '../caller-lock';
import { LoginFailuresRepository } from '../auth/login-failures.repository';
import { LoginThrottle } from '../auth/login-throttle';
import { SessionsRepository } from '../sessions/sessions.repository';
import { sessionsSchema } from '../sessions.schema';
import { ARGON2, argon2id } from './argon2';
import { PasswordHasher } from './password-hasher';
import { UsersRepository } from './users.repository';
import { UsersService } from './users.service';

/** Manages staff users, without HTTP: for the API and for the command line. */
@Module({
  imports: [TypeOrmModule.forFeature(sessionsSchema.entities), AuditModule],
  providers: [
    UsersService,
    UsersRepository,
    SessionsRepository,
    ApiKeysService,
    ApiKeysRepository,
    CallerLock,
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
