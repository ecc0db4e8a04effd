import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import { Ctx, ListQuery, Public } from '@waybill/http';
import { PackageTypePage } from './package-types.dto';
import { PackageTypesService } from './package-types.service';

@ApiTags('catalog')
@Controller('api/v1/types')
export class PackageTypesController {
  constructor(private readonly types: PackageTypesService) {}

  /** List the package types. */
  @Get()
  @Public()
  @ApiOperation({ operationId: 'listPackageTypes' })
  @ApiOkResponse({ type: PackageTypePage })
  list(@Ctx() ctx: RequestContext, @Query() query: ListQuery): Promise<PackageTypePage> {
    return this.types.list(ctx, query);
  }
}
