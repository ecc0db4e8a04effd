import { Body, Controller, Get, HttpCode, HttpStatus, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PreconditionRequiredError, type RequestContext } from '@waybill/core';
import {
  ApiProblems,
  Ctx,
  ETag,
  Idempotent,
  IntegerId,
  Location,
  Matched,
  Public,
  RequireScopes,
} from '@waybill/http';
import { catalogScopes } from '../catalog.scopes';
import {
  CreatePackageTypeDto,
  ListPackageTypesQuery,
  PackageTypeDto,
  PackageTypePage,
  RenamePackageTypeDto,
  toPackageTypeDto,
} from './package-types.dto';
import { PackageTypeNameTakenError, PackageTypeNotFoundError } from './package-types.errors';
import { archivedPackageType, createdPackageType, renamedPackageType } from './package-types.examples';
import { PackageTypesService } from './package-types.service';

@ApiTags('package-types')
@Controller('api/v1/types')
export class PackageTypesController {
  constructor(private readonly types: PackageTypesService) {}

  /** List package types. Sorted by ID. */
  @Get()
  @Public()
  @ApiOperation({ operationId: 'listPackageTypes' })
  @ApiOkResponse({ type: PackageTypePage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListPackageTypesQuery): Promise<PackageTypePage> {
    const page = await this.types.list(ctx, query);
    return { ...page, items: page.items.map(toPackageTypeDto) };
  }

  /** Create a package type. */
  @Post()
  @RequireScopes(catalogScopes.write)
  @Idempotent()
  @ETag()
  @Location<PackageTypeDto>(({ id }) => `/api/v1/types/${id}`)
  @ApiProblems(PackageTypeNameTakenError)
  @ApiOperation({ operationId: 'createPackageType' })
  @ApiCreatedResponse({ type: PackageTypeDto, example: createdPackageType })
  async create(@Ctx() ctx: RequestContext, @Body() dto: CreatePackageTypeDto): Promise<PackageTypeDto> {
    return toPackageTypeDto(await this.types.create(ctx, dto));
  }

  /** Get a package type. */
  @Get(':id')
  @Public()
  @ETag()
  @ApiProblems(PackageTypeNotFoundError)
  @ApiOperation({ operationId: 'getPackageType' })
  @ApiOkResponse({ type: PackageTypeDto })
  async get(@Ctx() ctx: RequestContext, @Param('id', IntegerId) id: number): Promise<PackageTypeDto> {
    return toPackageTypeDto(await this.types.get(ctx, id));
  }

  /** Rename a package type. Packages of this type show the new name. */
  @Patch(':id')
  @RequireScopes(catalogScopes.write)
  @ETag()
  @Matched()
  @ApiProblems(PackageTypeNotFoundError, PackageTypeNameTakenError, PreconditionRequiredError)
  @ApiOperation({ operationId: 'renamePackageType' })
  @ApiOkResponse({ type: PackageTypeDto, example: renamedPackageType })
  async rename(
    @Ctx() ctx: RequestContext,
    @Param('id', IntegerId) id: number,
    @Body() dto: RenamePackageTypeDto,
  ): Promise<PackageTypeDto> {
    return toPackageTypeDto(await this.types.rename(ctx, id, dto));
  }

  /**
   * Archive a package type. New packages cannot use the type, and `GET /api/v1/types` lists it only with `archived=true`. Existing packages
   * keep it. Also succeeds if the type is already archived.
   */
  @Post(':id/archive')
  @HttpCode(HttpStatus.OK)
  @RequireScopes(catalogScopes.write)
  @Idempotent()
  @ETag()
  @Matched()
  @ApiProblems(PackageTypeNotFoundError)
  @ApiOperation({ operationId: 'archivePackageType' })
  @ApiOkResponse({ type: PackageTypeDto, example: archivedPackageType })
  async archive(@Ctx() ctx: RequestContext, @Param('id', IntegerId) id: number): Promise<PackageTypeDto> {
    return toPackageTypeDto(await this.types.archive(ctx, id));
  }

  /** Restore an archived package type. New packages can use the type again. Also succeeds if the type is not archived. */
  @Post(':id/restore')
  @HttpCode(HttpStatus.OK)
  @RequireScopes(catalogScopes.write)
  @Idempotent()
  @ETag()
  @Matched()
  @ApiProblems(PackageTypeNotFoundError)
  @ApiOperation({ operationId: 'restorePackageType' })
  @ApiOkResponse({ type: PackageTypeDto })
  async restore(@Ctx() ctx: RequestContext, @Param('id', IntegerId) id: number): Promise<PackageTypeDto> {
    return toPackageTypeDto(await this.types.restore(ctx, id));
  }
}
