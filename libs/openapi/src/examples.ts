import { componentName } from './schemas';
import type { MediaType, Schema } from './types';

// Greater than the depth of any of our schemas. Detects a schema that contains itself.
const MAX_DEPTH = 12;

/**
 * Builds the example of a body from the examples of its fields, unless the body has its own. So every body has a valid
 * example.
 * @throws Error that names the field without an example.
 */
export function addExample(media: MediaType, schemas: Record<string, Schema>): void {
  if (media.example !== undefined || media.examples !== undefined) return;
  media.example = exampleOf(media.schema, schemas, componentName(media.schema) ?? 'the body');
}

/** Returns an example that matches a schema. */
export function exampleOf(
  schema: Schema,
  schemas: Record<string, Schema>,
  place: string,
  depth = 0,
): unknown {
  if (depth > MAX_DEPTH) throw new Error(`${place} contains itself and needs its own example`);
  if (schema.examples) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (isNullable(schema)) return null;
  if (schema.enum) return schema.enum[0];
  const within = (inner: Schema, where: string) => exampleOf(inner, schemas, where, depth + 1);
  const name = componentName(schema);
  if (name !== undefined) return within(schemas[name] ?? {}, name);
  if (schema.type === 'array' && schema.items) return [within(schema.items, `${place}[]`)];
  if (schema.type === 'object') {
    const fields = Object.entries(schema.properties ?? {});
    return Object.fromEntries(fields.map(([field, inner]) => [field, within(inner, `${place}.${field}`)]));
  }
  throw new Error(`${place} has no example`);
}

const isNullable = ({ type, anyOf }: Schema): boolean =>
  type?.includes('null') === true || anyOf?.some((option) => option.type === 'null') === true;
