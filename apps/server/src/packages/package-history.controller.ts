import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import { AllowCustomersOr, ApiProblems, Ctx, ETag, IntegerId, ListQuery, RequireScopes } from '@waybill/http';
import { CostDto, CostRevisionPage, toCostDto, toCostRevisionPage } from './cost.dto';
import { DailyStatsDto, DailyStatsQuery, toDailyStatsDto } from './daily-stats.dto';
import { DailyStatsQueries } from './daily-stats.queries';
import { PackageEventPage, toPackageEventPage } from './package-events.dto';
import { PackageHistoryQueries } from './package-history.queries';
import { PackageNotFoundError } from './packages.errors';
import { PackagesQueries } from './packages.queries';
import { packagesScopes } from './packages.scopes';

@ApiTags('packages')
@Controller('api/v1/packages')
export class PackageHistoryController {
  constructor(
    private readonly packages: PackagesQueries,
    private readonly history: PackageHistoryQueries,
    private readonly stats: DailyStatsQueries,
  ) {}

  /** Get daily statistics. Returns the number of packages and the sum of their current costs, for each type and day of registration. Cancelled packages do not count. */
  @Get('stats/daily')
  @RequireScopes(packagesScopes.readReports)
  @ApiOperation({ operationId: 'getDailyStats' })
  @ApiOkResponse({ type: DailyStatsDto })
  async daily(@Ctx() ctx: RequestContext, @Query() query: DailyStatsQuery): Promise<DailyStatsDto> {
    return toDailyStatsDto(await this.stats.list(ctx, query));
  }

  /** Explain the delivery cost of a package. Returns the inputs, the formula and the exchange rates, so that you can recompute the cost. */
  @Get(':id/cost')
  @AllowCustomersOr(packagesScopes.read, packagesScopes.readAll)
  @ETag()
  @ApiProblems(PackageNotFoundError)
  @ApiOperation({ operationId: 'explainPackageCost' })
  @ApiOkResponse({ type: CostDto })
  async cost(@Ctx() ctx: RequestContext, @Param('id', IntegerId) id: number): Promise<CostDto> {
    return toCostDto(await this.packages.cost(ctx, id));
  }

  /** List the cost revisions of a package. Newest first. The first item is the current cost. */
  @Get(':id/cost/revisions')
  @AllowCustomersOr(packagesScopes.read, packagesScopes.readAll)
  @ApiProblems(PackageNotFoundError)
  @ApiOperation({ operationId: 'listCostRevisions' })
  @ApiOkResponse({ type: CostRevisionPage })
  async revisions(
    @Ctx() ctx: RequestContext,
    @Param('id', IntegerId) id: number,
    @Query() query: ListQuery,
  ): Promise<CostRevisionPage> {
    return toCostRevisionPage(await this.history.listRevisions(ctx, id, query));
  }

  /** List the events of a package. Newest first. */
  @Get(':id/events')
  @AllowCustomersOr(packagesScopes.read, packagesScopes.readAll)
  @ApiProblems(PackageNotFoundError)
  @ApiOperation({ operationId: 'listPackageEvents' })
  @ApiOkResponse({ type: PackageEventPage })
  async events(
    @Ctx() ctx: RequestContext,
    @Param('id', IntegerId) id: number,
    @Query() query: ListQuery,
  ): Promise<PackageEventPage> {
    return toPackageEventPage(await this.history.listEvents(ctx, id, query));
  }
}
