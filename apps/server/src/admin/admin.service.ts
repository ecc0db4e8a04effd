import { Injectable } from '@nestjs/common';
import { AuditService } from '@waybill/audit';
import { Database } from '@waybill/database';
import { honourMatch, type RequestContext } from '@waybill/http';
import { type JobRunRow, JobsService } from '@waybill/jobs';

/** What administrators set going. */
@Injectable()
export class AdminService {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsService,
    private readonly audit: AuditService,
  ) {}

  /** Has a job run, and records who asked for it. @throws JobNotFoundError, PreconditionFailedError */
  runJob(ctx: RequestContext, name: string): Promise<JobRunRow> {
    return this.database.transaction(ctx, async () => {
      const run = await this.jobs.requestRun(ctx, name);
      honourMatch(ctx, undefined); // jobs are listed, and none is shown by itself
      await this.audit.record(ctx, {
        action: 'job.run_requested',
        target: { kind: 'job', id: name },
        changes: { run_id: run.id },
      });
      return run;
    });
  }
}
