import { isOpenSchema } from './open-schema';
import type { ApiDescription, Operation, Parameter, Reply, Schema } from './types';

const COMPONENT = '#/components/schemas/';

/** Returns the name of the component that a reference points to. */
export const componentName = ({ $ref }: Schema): string | undefined => $ref?.slice(COMPONENT.length);

/** Returns a reference to a named schema. */
export const schemaReference = (name: string): { $ref: string } => ({ $ref: `${COMPONENT}${name}` });

/** Removes the suffix `Dto`, which is an internal convention. */
const publicName = (name: string): string => name.replace(/Dto$/, '');

/**
 * Normalises every schema for OpenAPI 3.1 and this API: public names, `examples`, references with siblings, and
 * integers. Declare a floating-point number with `format: 'double'`; other fractions are decimal strings in this API.
 */
export function normaliseSchemas(document: ApiDescription): void {
  const { schemas } = document.components;
  document.components.schemas = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      publicName(name),
      { ...normalise(schema), ...(isOpenSchema(name) && { additionalProperties: true }) },
    ]),
  );
  if (Object.keys(document.components.schemas).length < Object.keys(schemas).length)
    throw new Error(`Two schemas of the OpenAPI document share a name: ${Object.keys(schemas).join(', ')}`);
  for (const operation of operationsOf(document)) normaliseOperation(operation);
}

/** Sets `additionalProperties: false` on every schema of a request body, because unknown fields are refused. */
export function closeRequestSchemas(document: ApiDescription): void {
  const open = operationsOf(document).flatMap(({ requestBody }) =>
    Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => referencedBy(schema)),
  );
  const closed = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const schema = document.components.schemas[name];
    if (!schema || closed.has(name)) continue;
    closed.add(name);
    open.push(...referencedBy(schema));
    if (schema.type === 'object') schema.additionalProperties ??= false;
  }
}

export const operationsOf = ({ paths }: ApiDescription): Operation[] =>
  Object.values(paths).flatMap((path) => Object.values(path));

function normaliseOperation(operation: Operation): void {
  for (const parameter of operation.parameters ?? []) normaliseParameter(parameter as Parameter);
  const replies = Object.values(operation.responses) as Reply[];
  for (const { content } of [operation.requestBody, ...replies].filter((part) => part !== undefined)) {
    for (const media of Object.values(content ?? {})) media.schema = normalise(media.schema);
  }
}

function normaliseParameter(parameter: Parameter): void {
  const isId = parameter.in === 'path' && parameter.schema.type === 'number';
  parameter.schema = normalise({
    ...(isId && { minimum: 1, maximum: 2_147_483_647, example: 1 }),
    ...parameter.schema,
  });
}

function normalise({ example, $ref, allOf, ...schema }: Schema): Schema {
  const [only, ...more] = allOf ?? [];
  if (only?.$ref && more.length === 0) return normalise({ ...schema, example, $ref: only.$ref });
  return {
    ...($ref && schemaReference(publicName($ref.slice(COMPONENT.length)))),
    ...schema,
    ...(schema.type && { type: toIntegerType(schema) }),
    ...(example !== undefined && { examples: [example] }),
    ...(schema.properties && { properties: mapValues(schema.properties, normalise) }),
    ...(schema.items && { items: normalise(schema.items) }),
    ...(allOf && { allOf: allOf.map(normalise) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map(normalise) }),
    ...(schema.oneOf && { oneOf: schema.oneOf.map(normalise) }),
    ...(typeof schema.additionalProperties === 'object' && {
      additionalProperties: normalise(schema.additionalProperties),
    }),
  };
}

function toIntegerType({ type, format }: Schema): Schema['type'] {
  if (format === 'double') return type;
  const swap = (one: string): string => (one === 'number' ? 'integer' : one);
  return Array.isArray(type) ? type.map(swap) : type && swap(type);
}

function referencedBy(schema: Schema): string[] {
  return [...JSON.stringify(schema).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name ?? '',
  );
}

const mapValues = <T, U>(object: Record<string, T>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
