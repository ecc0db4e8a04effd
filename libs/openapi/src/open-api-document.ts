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

/** The OpenAPI document of the running application, built once when all routes are registered. */
@Injectable()
export class OpenApiDocument {
  private text?: string;

  publish(document: ApiDescription): void {
    this.text = JSON.stringify(document);
  }

  /** Returns the document as JSON. @throws Error before the application is initialised. */
  get json(): string {
    if (this.text === undefined) throw new Error('The OpenAPI document is not built yet');
    return this.text;
  }
}
