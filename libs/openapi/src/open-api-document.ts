import { Injectable } from '@nestjs/common';
import type { ApiDescription, Schema } from './types';

/** Schema of the document itself. The OpenAPI specification has the full one. */
export const openApiDocumentSchema: Schema = {
  type: 'object',
  description: 'An OpenAPI 3.1 document.',
  properties: { openapi: { type: 'string', pattern: String.raw`^3\.1\.\d+$` } },
  required: ['openapi'],
  additionalProperties: true,
  examples: [{ openapi: '3.1.0' }],
};

/**
 * The OpenAPI document of the running application. It is built on the first read, because that takes 90 ms of CPU time
 * and few processes ever serve it.
 */
@Injectable()
export class OpenApiDocument {
  private build?: () => ApiDescription;
  private text?: string;

  publish(build: () => ApiDescription): void {
    this.build = build;
  }

  /** Returns the document as JSON. @throws Error before the application is initialised, or if a declaration is missing. */
  get json(): string {
    if (!this.build) throw new Error('The OpenAPI document is not published yet');
    return (this.text ??= JSON.stringify(this.build()));
  }
}
