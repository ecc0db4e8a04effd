import {
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Query,
  type StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import {
  ApiProblems,
  Ctx,
  ETag,
  Idempotent,
  ListQuery,
  Location,
  RequireScopes,
  RetryAfter,
  StreamsCsv,
  UuidId,
} from '@waybill/http';
import { uuidParameter } from '@waybill/openapi';
import { catalogScopes } from '../catalog.scopes';
import { csvFile, csvReply } from '../csv/csv-file';
import { MalformedCsvError } from '../csv/csv.errors';
import { errorsFile, itemsFile } from '../csv/csv.examples';
import { ImportDto, ImportPage, StartImportQuery, toImportDto, toImportSummaryDto } from './imports.dto';
import { ImportNotFoundError, TooManyImportsError } from './imports.errors';
import { acceptedImport } from './imports.examples';
import { ImportsQueries } from './imports.queries';
import { ImportsService } from './imports.service';
import { UploadedFile, UploadInterceptor } from './upload.interceptor';
import type { Upload } from './uploads.service';

@ApiTags('catalog-imports')
@Controller('api/v1/catalog/imports')
export class ImportsController {
  constructor(
    private readonly imports: ImportsService,
    private readonly queries: ImportsQueries,
  ) {}

  /**
   * Import items from a CSV file. Each row creates or replaces an item, as `PUT /api/v1/catalog/items/{sku}` does. A row with errors changes
   * nothing, and the other rows are still imported. Returns 202 once the whole file is stored. Poll the URL in `Location` until the state is
   * `succeeded` or `failed`.
   *
   * The file is CSV (RFC 4180) in UTF-8, with `,` or `;` between the fields. The first line contains the column names, in any order: `sku`,
   * `name`, `brand`, `category`, `price_amount`, `price_currency`, `weight_kg`, `hs_code` and `attributes` (a JSON object). Every column is
   * required. An empty field means that the item has no such value. If several rows have the same SKU, the last row wins. An export puts an
   * apostrophe before a field that starts with `=`, `+`, `-`, `@`, a tab or a line break. An import removes this apostrophe.
   *
   * A file has at most 1,000,000 rows and, by default, at most 64 MiB. It must arrive within four minutes.
   */
  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireScopes(catalogScopes.write)
  @StreamsCsv()
  @Idempotent()
  // Below @Idempotent(), so that it runs first.
  @UseInterceptors(UploadInterceptor)
  @Location<ImportDto>(({ id }) => `/api/v1/catalog/imports/${id}`)
  @RetryAfter(1)
  @ApiProblems(MalformedCsvError, TooManyImportsError)
  @ApiOperation({ operationId: 'importCatalogItems' })
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string', examples: [itemsFile] } as object })
  @ApiAcceptedResponse({ type: ImportDto, example: acceptedImport })
  async start(
    @Ctx() ctx: RequestContext,
    @Query() { dry_run: dryRun }: StartImportQuery,
    @UploadedFile() upload: Upload,
  ): Promise<ImportDto> {
    return toImportDto(await this.imports.accept(ctx, upload, dryRun), []);
  }

  /** List imports. Newest first. By default, finished imports are deleted after 30 days. */
  @Get()
  @RequireScopes(catalogScopes.write)
  @ApiOperation({ operationId: 'listCatalogImports' })
  @ApiOkResponse({ type: ImportPage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListQuery): Promise<ImportPage> {
    const page = await this.queries.list(ctx, query);
    return { ...page, items: page.items.map(toImportSummaryDto) };
  }

  /** Get an import. Returns its progress and its first 20 errors. */
  @Get(':id')
  @RequireScopes(catalogScopes.write)
  @ETag()
  @ApiProblems(ImportNotFoundError)
  @ApiOperation({ operationId: 'getCatalogImport' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse({ type: ImportDto })
  async get(@Ctx() ctx: RequestContext, @Param('id', UuidId) id: string): Promise<ImportDto> {
    const { row, errors } = await this.queries.get(ctx, id);
    return toImportDto(row, errors);
  }

  /** Get the errors of an import as CSV. Sorted by row. Contains at most 100,000 errors. */
  @Get(':id/errors')
  @RequireScopes(catalogScopes.write)
  @ApiProblems(ImportNotFoundError)
  @ApiOperation({ operationId: 'getCatalogImportErrors' })
  @ApiParam(uuidParameter('id'))
  @ApiOkResponse(csvReply('The errors.', errorsFile))
  async errors(@Ctx() ctx: RequestContext, @Param('id', UuidId) id: string): Promise<StreamableFile> {
    return csvFile('errors.csv', await this.queries.errorsFile(ctx, id));
  }
}
