import { Injectable } from '@nestjs/common';
import { AuditService } from '@waybill/audit';
import { checkIfMatch, type RequestContext } from '@waybill/core';
import { Database } from '@waybill/database';
import { type JobParameters, type JobRunRow, JobsService } from '@waybill/jobs';

/** Starts jobs for administrators. */
@Injectable()
export class AdminService {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsService,
    private readonly audit: AuditService,
  ) {}

  /** Queues a run of a job and records who requested it. @throws the errors of `JobsService.requestRun`, PreconditionFailedError */
  runJob(ctx: RequestContext, name: string, parameters: JobParameters = {}): Promise<JobRunRow> {
    return this.database.transaction(ctx, async () => {
      const run = await this.jobs.requestRun(ctx, name, parameters);
      checkIfMatch(ctx, undefined); // Jobs are only listed; no GET returns a single job.
      await this.audit.record(ctx, {
        action: 'job.run_requested',
        target: { kind: 'job', id: name },
        changes: { run_id: run.id, ...parameters },
      });
      return run;
    });
  }
}
