import { Module } from '@nestjs/common';
import { AdminService } from './admin.service';
import { AuditLogModule } from './audit.module';
import { JobsController } from './jobs.controller';
import { RatesController } from './rates.controller';
import { RatesQueries } from './rates.queries';

/** Endpoints for administrators: jobs, exchange rates and the audit log. */
@Module({
  imports: [AuditLogModule],
  controllers: [JobsController, RatesController],
  providers: [AdminService, RatesQueries],
})
export class AdminModule {}
