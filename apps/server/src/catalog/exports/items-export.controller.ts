import { Controller, Get, Query, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import { Ctx, RequireScopes } from '@waybill/http';
import { catalogScopes } from '../catalog.scopes';
import { csvFile, csvReply } from '../csv/csv-file';
import { itemsFile } from '../csv/csv.examples';
import { ExportItemsQuery } from './items-export.dto';
import { ItemsExport } from './items-export.queries';

@ApiTags('catalog-items')
@Controller('api/v1/catalog')
export class ItemsExportController {
  constructor(private readonly items: ItemsExport) {}

  /**
   * Export items as CSV. By SKU, in UTF-8, with commas and the columns of an import. An import of the file changes nothing. A text that
   * a spreadsheet would run as a formula starts with an apostrophe; an import removes it.
   */
  @Get('items.csv')
  @RequireScopes(catalogScopes.read)
  @ApiOperation({ operationId: 'exportCatalogItems' })
  @ApiOkResponse(csvReply('The items.', itemsFile))
  async export(@Ctx() ctx: RequestContext, @Query() query: ExportItemsQuery): Promise<StreamableFile> {
    return csvFile('items.csv', await this.items.file(ctx, query));
  }
}
