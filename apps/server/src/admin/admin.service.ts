import { Injectable } from '@nestjs/common';
import { AuditService } from '@waybill/audit';
import { checkIfMatch, type RequestContext } from '@waybill/core';
import { Database } from '@waybill/database';
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
      checkIfMatch(ctx, undefined); // jobs are listed, and none is shown by itself
      await this.audit.record(ctx, {
        action: 'job.run_requested',
        target: { kind: 'job', id: name },
        changes: { run_id: run.id },
      });
      return run;
    });
  }
}
