import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { PreconditionRequiredError, type RequestContext } from '@waybill/core';
import { AllowCustomersOr, ApiProblems, Ctx, ETag, Idempotent, Matched, RequireScopes } from '@waybill/http';
import type { FastifyReply } from 'fastify';
import { catalogScopes } from '../catalog.scopes';
import {
  CatalogItemDto,
  CatalogItemPage,
  ListCatalogItemsQuery,
  PutCatalogItemDto,
  toCatalogItemDto,
} from './catalog-items.dto';
import { CatalogItemNotFoundError, InvalidSkuError } from './catalog-items.errors';
import { archivedCatalogItem } from './catalog-items.examples';
import { CatalogItemsService } from './catalog-items.service';
import { Sku, skuParameter } from './sku';

@ApiTags('catalog-items')
@Controller('api/v1/catalog/items')
export class CatalogItemsController {
  constructor(private readonly items: CatalogItemsService) {}

  /** List items. Sorted by SKU. */
  @Get()
  @AllowCustomersOr(catalogScopes.read)
  @ApiOperation({ operationId: 'listCatalogItems' })
  @ApiOkResponse({ type: CatalogItemPage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListCatalogItemsQuery): Promise<CatalogItemPage> {
    const page = await this.items.list(ctx, query);
    return { ...page, items: page.items.map(toCatalogItemDto) };
  }

  /** Get an item. Returns archived items too. */
  @Get(':sku')
  @AllowCustomersOr(catalogScopes.read)
  @ETag()
  @ApiProblems(CatalogItemNotFoundError)
  @ApiOperation({ operationId: 'getCatalogItem' })
  @ApiParam(skuParameter)
  @ApiOkResponse({ type: CatalogItemDto })
  async get(@Ctx() ctx: RequestContext, @Param('sku', Sku) sku: string): Promise<CatalogItemDto> {
    return toCatalogItemDto(await this.items.get(ctx, sku));
  }

  /**
   * Create or replace an item. To create an item, omit `If-Match`. To replace one, send its `ETag` in `If-Match`. Omitted fields become null,
   * and omitted `attributes` become an empty object. An archived item stays archived.
   */
  @Put(':sku')
  @RequireScopes(catalogScopes.write)
  @ETag()
  @Matched({ creates: true })
  @ApiProblems(InvalidSkuError, PreconditionRequiredError)
  @ApiOperation({ operationId: 'putCatalogItem' })
  @ApiParam(skuParameter)
  @ApiCreatedResponse({ type: CatalogItemDto, description: 'The new item.' })
  @ApiOkResponse({ type: CatalogItemDto, description: 'The item with its new values.' })
  async put(
    @Ctx() ctx: RequestContext,
    @Param('sku', Sku) sku: string,
    @Body() dto: PutCatalogItemDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CatalogItemDto> {
    const { row, isNew } = await this.items.put(ctx, sku, dto);
    reply.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return toCatalogItemDto(row);
  }

  /**
   * Archive an item. `GET /api/v1/catalog/items` then lists it only with `archived=true`, and `POST /api/v1/orders` refuses it. Existing
   * orders do not change. Also succeeds if the item is already archived.
   */
  @Post(':sku/archive')
  @HttpCode(HttpStatus.OK)
  @RequireScopes(catalogScopes.write)
  @Idempotent()
  @ETag()
  @Matched()
  @ApiProblems(CatalogItemNotFoundError)
  @ApiOperation({ operationId: 'archiveCatalogItem' })
  @ApiParam(skuParameter)
  @ApiOkResponse({ type: CatalogItemDto, example: archivedCatalogItem })
  async archive(@Ctx() ctx: RequestContext, @Param('sku', Sku) sku: string): Promise<CatalogItemDto> {
    return toCatalogItemDto(await this.items.archive(ctx, sku));
  }

  /** Restore an archived item. The item is listed and can be ordered again. Also succeeds if the item is not archived. */
  @Post(':sku/restore')
  @HttpCode(HttpStatus.OK)
  @RequireScopes(catalogScopes.write)
  @Idempotent()
  @ETag()
  @Matched()
  @ApiProblems(CatalogItemNotFoundError)
  @ApiOperation({ operationId: 'restoreCatalogItem' })
  @ApiParam(skuParameter)
  @ApiOkResponse({ type: CatalogItemDto })
  async restore(@Ctx() ctx: RequestContext, @Param('sku', Sku) sku: string): Promise<CatalogItemDto> {
    return toCatalogItemDto(await this.items.restore(ctx, sku));
  }
}
