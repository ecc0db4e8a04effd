import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Ctx, ListQuery, Public, type RequestContext } from '@waybill/http';
import { PackageTypePage } from './types.dto';
import { TypesService } from './types.service';

@ApiTags('catalog')
@Controller('api/v1/types')
export class TypesController {
  constructor(private readonly types: TypesService) {}

  /** List the package types that a package can be registered with. */
  @Get()
  @Public()
  @ApiOperation({ operationId: 'listPackageTypes' })
  @ApiOkResponse({ type: PackageTypePage })
  list(@Ctx() ctx: RequestContext, @Query() query: ListQuery): Promise<PackageTypePage> {
    return this.types.list(ctx, query);
  }
}
