import { STATUS_CODES } from 'node:http';
import type { OpenApiSchema } from './openapi';

/** Returns the component schemas of a document, with undeclared properties forbidden. */
export function closed(schemas: Record<string, OpenApiSchema>): Record<string, OpenApiSchema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, close(schema, name)]));
}

function close(schema: OpenApiSchema, place: string): OpenApiSchema {
  // A closed member of allOf would refuse the properties that the other members declare.
  if (schema.allOf) throw new Error(`${place} uses allOf: declare additionalProperties for the whole`);
  const inner = (one: OpenApiSchema) => close(one, place);
  return {
    ...schema,
    ...(schema.properties && {
      additionalProperties: schema.additionalProperties ?? false,
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([key, one]) => [key, inner(one)]),
      ),
    }),
    ...(schema.items && { items: inner(schema.items) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map(inner) }),
    ...(schema.oneOf && { oneOf: schema.oneOf.map(inner) }),
  };
}

const text: OpenApiSchema = { type: 'string', minLength: 1 };
const place = (name: string): OpenApiSchema => ({
  type: 'object',
  properties: { code: text, detail: text, [name]: { type: 'string' } },
  required: ['code', 'detail', name],
  additionalProperties: false,
});

export const fieldErrorSchema: OpenApiSchema = { oneOf: ['pointer', 'parameter', 'header'].map(place) };

/** Schema of problems from routes that are not in the document; independent of the application's own schema. */
export function problemSchemaOf(status: number, code: string): OpenApiSchema {
  const properties: Record<string, OpenApiSchema> = {
    type: { type: 'string', format: 'uri' },
    title: { enum: [STATUS_CODES[status]] },
    status: { enum: [status] },
    detail: text,
    instance: { type: 'string', format: 'uri-reference' },
    code: { enum: [code] },
    request_id: text,
    errors: { type: 'array', items: { $ref: '#/$defs/FieldError' } },
  };
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}
