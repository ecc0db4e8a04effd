import { Injectable } from '@nestjs/common';
import type { ApiDescription, Schema } from './types';

/** The document says of itself only that it is one: its own schema is the specification's. */
export const openApiDocumentSchema: Schema = {
  type: 'object',
  description: 'An OpenAPI 3.1 document.',
  properties: { openapi: { type: 'string', pattern: String.raw`^3\.1\.\d+$` } },
  required: ['openapi'],
  additionalProperties: true,
  examples: [{ openapi: '3.1.0' }],
};

/** The description of the running application, made once when its routes are known. */
@Injectable()
export class OpenApiDocument {
  private text?: string;

  publish(document: ApiDescription): void {
    this.text = JSON.stringify(document);
  }

  /** Its JSON. @throws Error before the application is initialised. */
  get json(): string {
    if (this.text === undefined) throw new Error('The OpenAPI document is not built yet');
    return this.text;
  }
}
