import { Controller, Get, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import { Ctx, Idempotent, ListQuery, Location, RequireScopes, RetryAfter } from '@waybill/http';
import { adminScopes } from './admin.scopes';
import { requestedRun } from './admin.examples';
import { AdminService } from './admin.service';
import { JobRunDto, toJobRunDto } from './jobs.dto';
import { RateListPage, toRateListDto } from './rates.dto';
import { RatesQueries } from './rates.queries';
import { REFRESH_RATES } from './rates-job';

@ApiTags('admin')
@Controller('api/v1/admin/rates')
export class RatesController {
  constructor(
    private readonly admin: AdminService,
    private readonly queries: RatesQueries,
  ) {}

  /** List the stored exchange rate lists. Newest effective date first, each with its source. */
  @Get()
  @RequireScopes(adminScopes.runJobs)
  @ApiOperation({ operationId: 'listRates' })
  @ApiOkResponse({ type: RateListPage })
  async list(@Query() query: ListQuery): Promise<RateListPage> {
    const page = await this.queries.list(query);
    return { ...page, items: page.items.map(toRateListDto) };
  }

  /** Fetch the exchange rates now. Queues a run of the job `refresh-rates`, which fetches the rates from the Bank of Russia. */
  @Post('refresh')
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireScopes(adminScopes.runJobs)
  @Idempotent()
  @Location<JobRunDto>(({ job, id }) => `/api/v1/admin/jobs/${job}/runs/${id}`)
  @RetryAfter(1)
  @ApiOperation({ operationId: 'refreshRates' })
  @ApiAcceptedResponse({ type: JobRunDto, example: requestedRun(REFRESH_RATES) })
  async refresh(@Ctx() ctx: RequestContext): Promise<JobRunDto> {
    return toJobRunDto(await this.admin.runJob(ctx, REFRESH_RATES));
  }
}
