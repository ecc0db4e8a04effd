import { Module } from '@nestjs/common';
import { StaffAdministration } from './staff-administration.service';
import { UsersModule } from './users.module';

/** Users and keys for the command line, without HTTP. */
@Module({
  imports: [UsersModule],
  providers: [StaffAdministration],
  exports: [StaffAdministration],
})
export class StaffAdministrationModule {}
