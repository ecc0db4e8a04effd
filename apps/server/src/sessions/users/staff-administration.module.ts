import { Module } from '@nestjs/common';
import { AuditModule } from '@waybill/audit';
import { ApiKeysRepository } from '../api-keys/api-keys.repository';
import { StaffAdministration } from './staff-administration.service';
import { UsersModule } from './users.module';

/** Users and keys for the command line, without HTTP. */
@Module({
  imports: [UsersModule, AuditModule],
  providers: [StaffAdministration, ApiKeysRepository],
  exports: [StaffAdministration],
})
export class StaffAdministrationModule {}
