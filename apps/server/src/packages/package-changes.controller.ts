import { Body, Controller, HttpCode, HttpStatus, Param, Post, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import {
  AllowCustomersOr,
  ApiProblems,
  Ctx,
  ETag,
  Idempotent,
  IntegerId,
  Matched,
  RequireScopes,
} from '@waybill/http';
import { CostDto, toCostDto } from './cost.dto';
import { FetchRates } from './fetch-rates.interceptor';
import { PackageStatusService } from './package-status.service';
import { ClaimPackageDto, PackageDto, toPackageDto } from './packages.dto';
import {
  CurrencyNotQuotedError,
  PackageAlreadyClaimedError,
  PackageCancelledError,
  PackageNotFoundError,
  PackageOfAnotherOwnerError,
  RateUnavailableError,
} from './packages.errors';
import { claimedPackage, cancelledPackage } from './packages.examples';
import { packagesScopes } from './packages.scopes';
import { RepricingService } from './repricing.service';

@ApiTags('packages')
@Controller('api/v1/packages')
export class PackageChangesController {
  constructor(
    private readonly statuses: PackageStatusService,
    private readonly repricing: RepricingService,
  ) {}

  /**
   * Claim a package for a carrier. The first carrier to claim a package gets it. A claim for another carrier returns 409
   * `package_already_claimed`. Also succeeds if the same carrier has already claimed it.
   */
  @Post(':id/claim')
  @HttpCode(HttpStatus.OK)
  @RequireScopes(packagesScopes.claim)
  @ETag()
  @Matched()
  @Idempotent()
  @ApiProblems(PackageNotFoundError, PackageAlreadyClaimedError, PackageCancelledError)
  @ApiOperation({ operationId: 'claimPackage' })
  @ApiOkResponse({ type: PackageDto, example: claimedPackage })
  async claim(
    @Ctx() ctx: RequestContext,
    @Param('id', IntegerId) id: number,
    @Body() dto: ClaimPackageDto,
  ): Promise<PackageDto> {
    return toPackageDto(await this.statuses.claim(ctx, id, dto.carrier_id));
  }

  /**
   * Cancel a package. You can cancel your own packages, or any package if you have the scope `packages:manage`. A claimed package
   * cannot be cancelled. Also succeeds if the package is already cancelled.
   */
  @Post(':id/cancel')
  @HttpCode(HttpStatus.OK)
  @AllowCustomersOr(packagesScopes.write, packagesScopes.manage)
  @ETag()
  @Matched()
  @Idempotent()
  @ApiProblems(PackageNotFoundError, PackageOfAnotherOwnerError, PackageAlreadyClaimedError)
  @ApiOperation({ operationId: 'cancelPackage' })
  @ApiOkResponse({ type: PackageDto, example: cancelledPackage })
  async cancel(@Ctx() ctx: RequestContext, @Param('id', IntegerId) id: number): Promise<PackageDto> {
    return toPackageDto(await this.statuses.cancel(ctx, id));
  }

  /**
   * Reprice a package. Computes the delivery cost again, from the exchange rates of the day on which the package was registered. Adds a
   * revision, even if the cost is the same. A cancelled package cannot be repriced.
   */
  @Post(':id/reprice')
  @HttpCode(HttpStatus.OK)
  @RequireScopes(packagesScopes.manage)
  @ETag()
  @Matched()
  @Idempotent()
  @UseInterceptors(FetchRates)
  @ApiProblems(PackageNotFoundError, PackageCancelledError, CurrencyNotQuotedError, RateUnavailableError)
  @ApiOperation({ operationId: 'repricePackage' })
  @ApiOkResponse({ type: CostDto })
  async reprice(@Ctx() ctx: RequestContext, @Param('id', IntegerId) id: number): Promise<CostDto> {
    return toCostDto(await this.repricing.reprice(ctx, id));
  }
}
