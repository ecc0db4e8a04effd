import { ApiProperty } from '@nestjs/swagger';
import type { JobResult, JobRunRow, JobOverview } from '@waybill/jobs';

/** One run of a job: its state and, once it is over, what came of it. */
export class JobRunDto {
  /** @example "019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example "price-pending" */
  job!: string;

  /**
   * Whether its time had come or somebody asked for it.
   * @example "schedule"
   */
  trigger!: 'schedule' | 'manual';

  /**
   * `pending` until a worker begins it.
   * @example "succeeded"
   */
  state!: 'pending' | 'running' | 'succeeded' | 'failed';

  /**
   * The beginning of the slot of the schedule that it runs for; null for a run that somebody asked for.
   * @example "2026-11-21T09:00:00.000Z"
   */
  slot!: Date | null;

  /** @example "2026-11-21T09:00:00.412Z" */
  requested_at!: Date;

  /** @example "2026-11-21T09:00:00.420Z" */
  started_at!: Date | null;

  /** @example "2026-11-21T09:00:01.673Z" */
  finished_at!: Date | null;

  /**
   * From its start to its end; null while it is not over.
   * @example 1253
   */
  duration_ms!: number | null;

  /**
   * What it did, in counts and short texts of its own; null unless it succeeded.
   * @example { "priced": 12, "left": 0 }
   */
  @ApiProperty({
    type: 'object',
    nullable: true,
    additionalProperties: { type: ['string', 'number', 'boolean', 'null'] as never },
  })
  result!: JobResult | null;

  /**
   * Why it failed; null unless it did.
   * @example null
   */
  error!: string | null;
}

/** A page of the runs of a job, newest first. */
export class JobRunPage {
  items!: JobRunDto[];

  /** The cursor of the next page; null on the last one. */
  next_cursor!: string | null;
}

/** A job that runs by a schedule, once for all workers together. */
export class JobDto {
  /** @example "price-pending" */
  name!: string;

  /** @example "Price the packages that have no price yet, at the rates of their own days." */
  description!: string;

  /**
   * When it runs: a cron expression of five fields, or of six where the first are seconds.
   * @example "*\u002f5 * * * *"
   */
  cron!: string;

  /**
   * The time zone of `cron`.
   * @example "UTC"
   */
  time_zone!: string;

  /**
   * When it runs next.
   * @example "2026-11-21T09:05:00.000Z"
   */
  next_run_at!: Date;

  /**
   * A run that takes longer fails.
   * @example 600
   */
  timeout_seconds!: number;

  /** The newest of its runs; null if it has none yet. */
  last_run!: JobRunDto | null;
}

/** A page of jobs, by name. */
export class JobPage {
  items!: JobDto[];

  /** The cursor of the next page; null on the last one. */
  next_cursor!: string | null;
}

export function toJobDto(job: JobOverview): JobDto {
  return {
    name: job.name,
    description: job.description,
    cron: job.cron,
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
