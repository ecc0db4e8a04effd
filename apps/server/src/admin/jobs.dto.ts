import { ApiProperty } from '@nestjs/swagger';
import { IsTimestamp, Optional } from '@waybill/http';
import type { JobOverview, JobParameters, JobResult, JobRunRow } from '@waybill/jobs';
import { IsBoolean } from 'class-validator';

/** Parameters of a run. `GET /api/v1/admin/jobs` lists the parameters of each job. */
export class RunJobDto implements JobParameters {
  /**
   * Process only records that were received at or after this time.
   * @example "2026-11-20T00:00:00Z"
   */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  from?: string;

  /**
   * Process only records that were received before this time.
   * @example "2026-11-21T00:00:00Z"
   */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  to?: string;

  /**
   * `true`: report what the run would change, but change nothing.
   * @example true
   */
  @Optional()
  @IsBoolean()
  dry_run?: boolean;
}

/** A run of a job. */
export class JobRunDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /**
   * Name of the job.
   * @example "price-pending"
   */
  job!: string;

  /**
   * What started the run: the schedule, or a request.
   * @example "schedule"
   */
  trigger!: 'schedule' | 'manual';

  /**
   * Parameters of the run. Empty if the trigger is `schedule`.
   * @example {}
   */
  parameters!: RunJobDto;

  /**
   * `pending`: waiting for a worker. Then `running`, and finally `succeeded` or `failed`.
   * @example "succeeded"
   */
  state!: 'pending' | 'running' | 'succeeded' | 'failed';

  /**
   * Scheduled time of the run. Null if the trigger is `manual`.
   * @example "2026-11-21T09:00:00.000Z"
   */
  slot!: Date | null;

  /**
   * Time at which the run was queued.
   * @example "2026-11-21T09:00:00.412Z"
   */
  requested_at!: Date;

  /**
   * Time at which a worker started the run. Null before that.
   * @example "2026-11-21T09:00:00.420Z"
   */
  started_at!: Date | null;

  /**
   * Time at which the run finished. Null before that.
   * @example "2026-11-21T09:00:01.673Z"
   */
  finished_at!: Date | null;

  /**
   * Duration in milliseconds. Null until the run has finished.
   * @example 1253
   */
  duration_ms!: number | null;

  /**
   * Result of the job, such as the number of packages that it priced. Null unless the state is `succeeded`.
   * @example { "priced": 12, "left": 0 }
   */
  @ApiProperty({
    type: 'object',
    nullable: true,
    additionalProperties: { type: ['string', 'number', 'boolean', 'null'] as never },
  })
  result!: JobResult | null;

  /**
   * Reason for the failure. Null unless the state is `failed`.
   * @example null
   */
  error!: string | null;
}

/** A page of job runs, newest first. */
export class JobRunPage {
  items!: JobRunDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

/** A scheduled job. Each scheduled run happens once, on one of the workers. */
export class JobDto {
  /** @example "price-pending" */
  name!: string;

  /** @example "Price unpriced packages at the rates of the days on which they were registered." */
  description!: string;

  /** Cron expression with five fields, or with six if the first one is seconds. Null if the job runs only on request. */
  @ApiProperty({ type: String, nullable: true, example: '*/5 * * * *' })
  cron!: string | null;

  /**
   * Parameters that `POST /api/v1/admin/jobs/{name}/run` accepts for this job.
   * @example []
   */
  parameters!: string[];

  /**
   * Time zone of `cron`.
   * @example "UTC"
   */
  time_zone!: string;

  /**
   * Time of the next scheduled run. Null if the job runs only on request.
   * @example "2026-11-21T09:05:00.000Z"
   */
  next_run_at!: Date | null;

  /**
   * Time limit of a run in seconds. A longer run fails.
   * @example 600
   */
  timeout_seconds!: number;

  /** The latest run. Null if the job has not run yet. */
  last_run!: JobRunDto | null;
}

/** A page of jobs, sorted by name. */
export class JobPage {
  items!: JobDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

/** Returns the parameters of the request, without the undefined ones. */
export const toJobParameters = (dto: RunJobDto): JobParameters =>
  Object.fromEntries(Object.entries(dto).filter(([, value]) => value !== undefined));

export function toJobDto(job: JobOverview): JobDto {
  return {
    name: job.name,
    description: job.description,
    cron: job.cron,
    parameters: [...(job.parameters ?? [])],
    time_zone: job.timeZone,
    next_run_at: job.nextRunAt,
    timeout_seconds: job.timeoutSeconds,
    last_run: job.lastRun && toJobRunDto(job.lastRun),
  };
}

export function toJobRunDto(run: JobRunRow): JobRunDto {
  return {
    id: run.id,
    job: run.job,
    trigger: run.trigger,
    parameters: run.parameters,
    state: run.state,
    slot: run.slot,
    requested_at: run.requestedAt,
    started_at: run.startedAt,
    finished_at: run.finishedAt,
    duration_ms: run.startedAt && run.finishedAt && run.finishedAt.getTime() - run.startedAt.getTime(),
    result: run.result,
    error: run.error,
  };
}
