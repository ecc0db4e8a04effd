import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ETag, Public, RouteNotFoundError, Undocumented } from '@waybill/http';
import type { FastifyReply } from 'fastify';
import { DocsAssets } from './docs-assets';
import { DOCS_CSP, redocPage, swaggerUiPage } from './docs-pages';
import { OpenApiDocument } from './open-api-document';

const HTML = 'text/html; charset=utf-8';
const FOR_EVER = 'public, max-age=31536000, immutable';

/** The OpenAPI document, and two pages that show it. */
@ApiTags('operations')
@Controller('api')
export class DocsController {
  constructor(
    private readonly document: OpenApiDocument,
    private readonly assets: DocsAssets,
  ) {}

  /** Download this OpenAPI document. */
  @Get('openapi.json')
  @Public()
  @ETag()
  @Header('Content-Type', 'application/json; charset=utf-8')
  @Header('Cache-Control', 'no-cache')
  @ApiOperation({ operationId: 'getOpenApiDocument' })
  @ApiOkResponse({
    content: { 'application/json': { schema: { $ref: '#/components/schemas/OpenApiDocument' } } },
  })
  openapi(): string {
    return this.document.json;
  }

  @Get('openapi')
  @Public()
  @Undocumented()
  @Header('Content-Type', HTML)
  @Header('Content-Security-Policy', DOCS_CSP)
  swaggerUi(): string {
    return swaggerUiPage(this.assets.url);
  }

  @Get('redoc')
  @Public()
  @Undocumented()
  @Header('Content-Type', HTML)
  @Header('Content-Security-Policy', DOCS_CSP)
  redoc(): string {
    return redocPage(this.assets.url);
  }

  @Get('docs/:file')
  @Public()
  @Undocumented()
  asset(@Param('file') file: string, @Res({ passthrough: true }) reply: FastifyReply): Buffer {
    const asset = this.assets.find(file);
    if (!asset) throw new RouteNotFoundError();
    reply.header('Cache-Control', FOR_EVER).type(asset.type);
    return asset.body;
  }
}
