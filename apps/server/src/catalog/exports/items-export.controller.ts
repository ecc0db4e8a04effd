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
   * Export items as CSV. Returns a UTF-8 file with commas between the fields, sorted by SKU. It has the columns of an import, so importing
   * the unchanged file changes nothing. A field that a spreadsheet would run as a formula gets a leading apostrophe, which an import removes.
   * A download ends after 10 minutes, even if it is incomplete.
   */
  @Get('items.csv')
  @RequireScopes(catalogScopes.read)
  @ApiOperation({ operationId: 'exportCatalogItems' })
  @ApiOkResponse(csvReply('The items.', itemsFile))
  async export(@Ctx() ctx: RequestContext, @Query() query: ExportItemsQuery): Promise<StreamableFile> {
    return csvFile('items.csv', await this.items.file(ctx, query));
  }
}
