import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import {
  AllowCustomersOr,
  ApiProblems,
  Ctx,
  ETag,
  Idempotent,
  IntegerId,
  Location,
  RetryAfter,
  UuidId,
} from '@waybill/http';
import { uuidParameter } from '@waybill/openapi';
import { packagesScopes } from './packages.scopes';
import {
  ListPackagesQuery,
  PackageDto,
  PackagePage,
  RegisterPackageDto,
  RegistrationDto,
  toPackageDto,
  toRegistrationDto,
} from './packages.dto';
import { acceptedRegistration } from './packages.examples';
import {
  PackageNotFoundError,
  RegistrationExpiredError,
  RegistrationNotFoundError,
  TooManyPendingError,
} from './packages.errors';
import { PackagesQueries } from './packages.queries';
import { PackagesService } from './packages.service';

@ApiTags('packages')
@Controller('api/v1/packages')
export class PackagesController {
  constructor(
    private readonly packages: PackagesService,
    private readonly queries: PackagesQueries,
  ) {}

  /**
   * Register a package. Returns 202 with a registration in state `pending`. Poll the URL in `Location` until the state is
   * `succeeded` or `failed`.
   */
  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @AllowCustomersOr(packagesScopes.write)
  @Idempotent()
  @Location<RegistrationDto>(({ id }) => `/api/v1/packages/status/${id}`)
  @RetryAfter(1)
  @ApiProblems(TooManyPendingError)
  @ApiOperation({ operationId: 'registerPackage' })
  @ApiAcceptedResponse({ type: RegistrationDto, example: acceptedRegistration })
  async register(@Ctx() ctx: RequestContext, @Body() dto: RegisterPackageDto): Promise<RegistrationDto> {
    return toRegistrationDto(await this.packages.register(ctx, dto));
  }

  /** List packages. Newest first. You see your own packages, or all packages if you have the scope `packages:read_all`. */
  @Get()
  @AllowCustomersOr(packagesScopes.read, packagesScopes.readAll)
  @ApiOperation({ operationId: 'listPackages' })
  @ApiOkResponse({ type: PackagePage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListPackagesQuery): Promise<PackagePage> {
    const page = await this.queries.list(ctx, query);
    return { ...page, items: page.items.map(toPackageDto) };
  }

  /** Get a registration. Returns 410 `registration_expired` if the registration finished more than 24 hours ago. */
  @Get('status/:id')
  @AllowCustomersOr(packagesScopes.read, packagesScopes.readAll)
  @ETag()
  @ApiProblems(RegistrationNotFoundError, RegistrationExpiredError)
  @ApiOperation({ operationId: 'getRegistration' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: RegistrationDto })
  async status(@Ctx() ctx: RequestContext, @Param('id', UuidId) id: string): Promise<RegistrationDto> {
    return toRegistrationDto(await this.queries.status(ctx, id));
  }

  /** Get a package. */
  @Get(':id')
  @AllowCustomersOr(packagesScopes.read, packagesScopes.readAll)
  @ETag()
  @ApiProblems(PackageNotFoundError)
  @ApiOperation({ operationId: 'getPackage' })
  @ApiOkResponse({ type: PackageDto })
  async get(@Ctx() ctx: RequestContext, @Param('id', IntegerId) id: number): Promise<PackageDto> {
    return toPackageDto(await this.queries.get(ctx, id));
  }
}
