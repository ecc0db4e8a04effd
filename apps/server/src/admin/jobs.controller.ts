import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import {
  ApiProblems,
  Ctx,
  ETag,
  Idempotent,
  ListQuery,
  Location,
  Matched,
  RequireScopes,
  RetryAfter,
  UuidId,
} from '@waybill/http';
import { JobNotFoundError, JobRunNotFoundError, JobRunPendingError, JobsService } from '@waybill/jobs';
import { uuidParameter } from '@waybill/openapi';
import { adminScopes } from './admin.scopes';
import { AdminService } from './admin.service';
import { requestedRun } from './admin.examples';
import {
  JobPage,
  JobRunDto,
  JobRunPage,
  RunJobDto,
  toJobDto,
  toJobParameters,
  toJobRunDto,
} from './jobs.dto';

/** Matches the examples of `RunJobDto`. */
const runParameters = { from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z', dry_run: true };
const runJobParameter = { name: 'name', schema: { type: 'string', examples: ['replay-orders'] } };
const jobParameter = { name: 'name', schema: { type: 'string', examples: ['price-pending'] } };

@ApiTags('admin')
@Controller('api/v1/admin/jobs')
export class JobsController {
  constructor(
    private readonly admin: AdminService,
    private readonly jobs: JobsService,
  ) {}

  /** List jobs. Sorted by name, each with its latest run. */
  @Get()
  @RequireScopes(adminScopes.runJobs)
  @ApiOperation({ operationId: 'listJobs' })
  @ApiOkResponse({ type: JobPage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListQuery): Promise<JobPage> {
    const page = await this.jobs.list(ctx, query);
    return { ...page, items: page.items.map(toJobDto) };
  }

  /**
   * Run a job now. Queues a run, or returns the run that is already pending. Returns 409 `job_run_pending` if the pending run has other
   * parameters. Poll the URL in `Location` for the result. The body is optional. `GET /api/v1/admin/jobs` lists the parameters of each job.
   */
  @Post(':name/run')
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireScopes(adminScopes.runJobs)
  @Idempotent()
  @Matched()
  @Location<JobRunDto>(({ job, id }) => `/api/v1/admin/jobs/${job}/runs/${id}`)
  @RetryAfter(1)
  @ApiProblems(JobNotFoundError, JobRunPendingError)
  @ApiOperation({ operationId: 'runJob' })
  @ApiParam(runJobParameter)
  @ApiAcceptedResponse({ type: JobRunDto, example: requestedRun('replay-orders', runParameters) })
  async run(
    @Ctx() ctx: RequestContext,
    @Param('name') name: string,
    @Body() parameters: RunJobDto,
  ): Promise<JobRunDto> {
    return toJobRunDto(await this.admin.runJob(ctx, name, toJobParameters(parameters)));
  }

  /** List the runs of a job. Newest first, with start time, duration and result. */
  @Get(':name/runs')
  @RequireScopes(adminScopes.runJobs)
  @ApiProblems(JobNotFoundError)
  @ApiOperation({ operationId: 'listJobRuns' })
  @ApiParam(jobParameter)
  @ApiOkResponse({ type: JobRunPage })
  async runs(
    @Ctx() ctx: RequestContext,
    @Param('name') name: string,
    @Query() query: ListQuery,
  ): Promise<JobRunPage> {
    const page = await this.jobs.listRuns(ctx, name, query);
    return { ...page, items: page.items.map(toJobRunDto) };
  }

  /** Get a run of a job. */
  @Get(':name/runs/:id')
  @RequireScopes(adminScopes.runJobs)
  @ETag()
  @ApiProblems(JobNotFoundError, JobRunNotFoundError)
  @ApiOperation({ operationId: 'getJobRun' })
  @ApiParam(jobParameter)
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: JobRunDto })
  async runStatus(
    @Ctx() ctx: RequestContext,
    @Param('name') name: string,
    @Param('id', UuidId) id: string,
  ): Promise<JobRunDto> {
    return toJobRunDto(await this.jobs.findRun(ctx, name, id));
  }
}
