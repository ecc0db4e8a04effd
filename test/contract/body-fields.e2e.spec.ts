import { useServer } from '../support/use-server';
import { type Api } from '../support/api';
import type { OpenApi, OpenApiSchema } from '../support/openapi';
import { newSignedIn } from '../support/staff';

interface Field {
  operation: string;
  /** Pointer to the field (RFC 6901). */
  pointer: string;
  schema: OpenApiSchema;
  /** Returns a valid body, except for this value of the field. */
  bodyWith: (value: unknown) => object;
}

// In each body only one field is invalid, so that a refusal can only be about that field.
describe('every field of every body in the OpenAPI document', () => {
  const { api, admin } = useServer();
  let staff: Api;
  let fields: Field[];

  beforeAll(async () => {
    staff = await newSignedIn(api, admin, 'admin');
    fields = fieldsOf(api.document);
  });

  const send = async ({ operation, bodyWith }: Field, value: unknown) => {
    const [method, path] = operation.split(' ') as ['POST' | 'PATCH' | 'PUT' | 'DELETE', string];
    const { status, body } = await staff.request(method, path.replaceAll(/\{\w+\}/g, '0'), bodyWith(value));
    const errors = ((body as { errors?: { pointer: string; code: string }[] }).errors ?? []).map(
      ({ pointer, code }) => `${pointer} ${code}`,
    );
    return { status, errors };
  };
  const outcomes = async (chosen: Field[], value: unknown) =>
    Object.fromEntries(
      await Promise.all(
        chosen.map(
          async (field) => [`${field.operation} ${field.pointer}`, await send(field, value)] as const,
        ),
      ),
    );

  it('refuses null, unless the document says that it may be null', async () => {
    const strict = fields.filter(({ schema }) => !isNullable(schema));
    expect(strict.length).toBeGreaterThan(15);
    const refused = strict.map((field) => [
      `${field.operation} ${field.pointer}`,
      {
        status: 422,
        errors: [expect.stringMatching(`^${field.pointer.replace(/\/0$/, '(/0)?')} `) as string],
      },
    ]);
    expect(await outcomes(strict, null)).toEqual(Object.fromEntries(refused));

    const nullable = fields.filter(({ schema }) => isNullable(schema));
    expect(nullable.map(({ pointer }) => pointer)).toContain('/order_uid');
    for (const { status } of Object.values(await outcomes(nullable, null))) expect(status).not.toBe(422);
  });

  it.each(['half a pair \ud83d', 'a NUL \0'])(
    'refuses a text that PostgreSQL cannot store: %j',
    async (text) => {
      const texts = fields.filter(({ schema }) => [schema.type].flat().includes('string'));
      expect(texts.length).toBeGreaterThan(10);
      const refused = texts.map(({ operation, pointer }) => [
        `${operation} ${pointer}`,
        { status: 422, errors: [`${pointer} unstorable_text`] },
      ]);
      expect(await outcomes(texts, text)).toEqual(Object.fromEntries(refused));
    },
  );
});

/** Returns the fields of all JSON bodies, including nested ones and list items. */
function fieldsOf({ paths, components }: OpenApi): Field[] {
  const resolve = (schema: OpenApiSchema): OpenApiSchema =>
    schema.$ref ? (components.schemas[schema.$ref.split('/').at(-1) as string] as OpenApiSchema) : schema;
  const within = (schema: OpenApiSchema, path: string[]): [string[], OpenApiSchema][] => {
    const { properties = {}, items } = resolve(schema);
    const inner = Object.entries({ ...properties, ...(items && { 0: items }) });
    return inner.flatMap(([name, one]) => [
      [[...path, name], one] as [string[], OpenApiSchema],
      ...within(one, [...path, name]),
    ]);
  };
  return Object.entries(paths).flatMap(([route, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      const media = requestBody?.content['application/json'];
      if (!media) return [];
      return within(media.schema, []).map(([path, schema]) => ({
        operation: `${method.toUpperCase()} ${route}`,
        pointer: path.map((part) => `/${part}`).join(''),
        schema: resolve(schema),
        bodyWith: (value: unknown) => replaced(media.example as object, path, value),
      }));
    }),
  );
}

function replaced(body: object, path: string[], value: unknown): object {
  const copy = structuredClone(body) as Record<string, unknown>;
  const parent = path.slice(0, -1).reduce((at, part) => at[part] as Record<string, unknown>, copy);
  parent[path.at(-1) as string] = value;
  return copy;
}

const isNullable = ({ type, anyOf = [] }: OpenApiSchema): boolean =>
  [type].flat().includes('null') || anyOf.some((one) => one.type === 'null');
