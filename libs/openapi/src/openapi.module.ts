import { Module } from '@nestjs/common';
import { DocsAssets } from './docs-assets';
import { DocsController } from './docs.controller';
import { FrontController } from './front.controller';
import { OpenApiDocument } from './open-api-document';

/** The OpenAPI document and its pages; `buildDocument` fills them once the application is initialised. */
@Module({
  controllers: [DocsController, FrontController],
  providers: [DocsAssets, OpenApiDocument],
})
export class OpenApiModule {}
