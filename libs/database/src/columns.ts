import { getMetadataArgsStorage } from 'typeorm';
import { SnakeNaming } from './snake-naming';

type EntityClass<E> = new () => E;
type Prefixed<Prefix extends string, Row> = {
  [K in keyof Row & string as `${Prefix}${Capitalize<K>}`]: Row[K];
};

interface Item {
  /** Expression in the select list. */
  sql: string;
  /** Property of the row. */
  key: string;
}

/**
 * Columns that a statement selects or returns, and the type of its rows. Becomes the select list in a template string.
 */
export class Columns<Row extends object> {
  /** Type of a row; exists only at compile time. */
  declare readonly row: Row;
  private readonly list: string;

  constructor(protected readonly items: readonly Item[]) {
    this.list = items.map(({ sql, key }) => (sql === key ? sql : `${sql} AS "${key}"`)).join(', ');
  }

  and<Other extends object>(other: Columns<Other>): Columns<Row & Other> {
    return new Columns<Row & Other>([...this.items, ...other.items]);
  }

  toString(): string {
    return this.list;
  }
}

/** Columns of one table. */
export class EntityColumns<Row extends object> extends Columns<Row> {
  /** Column names, for an INSERT. */
  readonly names: string;
  /** Parameters of an INSERT: `$1, $2, …`. */
  readonly placeholders: string;
  /** The `select` of TypeORM's `find`. */
  readonly selection: Record<keyof Row & string, true>;
  /** Column definitions for `jsonb_to_recordset`: `"ownerId" uuid, name text`. */
  readonly recordsetDefinition: string;

  constructor(
    private readonly columns: readonly {
      name: string;
      cast: string;
      type: string;
      key: keyof Row & string;
    }[],
    alias = '',
    prefix = '',
  ) {
    super(
      columns.map(({ name, cast, key }) => ({
        sql: `${alias}${name}${cast}`,
        key: prefix === '' ? key : `${prefix}${key.charAt(0).toUpperCase()}${key.slice(1)}`,
      })),
    );
    this.names = columns.map(({ name }) => name).join(', ');
    this.placeholders = columns.map((_, n) => `$${n + 1}`).join(', ');
    this.selection = Object.fromEntries(columns.map(({ key }) => [key, true])) as Record<
      keyof Row & string,
      true
    >;
    this.recordsetDefinition = columns.map(({ key, type }) => `"${key}" ${type}`).join(', ');
  }

  /** Returns the columns of a `jsonb_to_recordset` with this alias, in the order of `names`. */
  recordsetColumns(alias: string): string {
    return this.columns.map(({ key }) => `${alias}."${key}"`).join(', ');
  }

  /** Values of an INSERT, in the order of `names`. */
  valuesOf(row: Row): unknown[] {
    return this.columns.map(({ key }) => row[key]);
  }

  /** Returns the same columns qualified by a table alias. */
  from(alias: string): EntityColumns<Row> {
    return new EntityColumns(this.columns, `${alias}.`);
  }

  /** Returns the same columns qualified by the alias of an outer-joined table: each may be null. */
  fromOuter(alias: string): Columns<{ [K in keyof Row]: Row[K] | null }> {
    return this.from(alias);
  }

  /** Returns the same columns qualified by a table alias, as prefixed properties: `name` becomes `typeName`. */
  fromAs<Prefix extends string>(alias: string, prefix: Prefix): Columns<Prefixed<Prefix, Row>> {
    return new EntityColumns(this.columns, `${alias}.`, prefix) as unknown as Columns<Prefixed<Prefix, Row>>;
  }
}

/** Type of the rows that a select list returns. */
export type RowOf<C extends { readonly row: object }> = C['row'];

/**
 * Returns columns of an entity. An unknown property does not compile. If a property is not a column, this throws when
 * the module is loaded.
 */
export function columnsOf<E extends object, K extends keyof E & string>(
  entity: EntityClass<E>,
  ...keys: K[]
): EntityColumns<Pick<E, K>> {
  return new EntityColumns<Pick<E, K>>(keys.map((key) => ({ key, ...columnOf(entity, key) })));
}

const naming = new SnakeNaming();

function columnOf(entity: EntityClass<object>, key: string): { name: string; cast: string; type: string } {
  const column = getMetadataArgsStorage().columns.find(
    ({ target, propertyName }) => target === entity && propertyName === key,
  );
  if (!column) throw new Error(`${entity.name}.${key} is not a column`);
  const { name = '', type, transformer } = column.options;
  // Only TypeORM applies transformers.
  if (transformer)
    throw new Error(`${entity.name}.${key} has a transformer, so read it through the repository`);
  // The driver would parse a date as local midnight, but TypeORM returns it as text.
  return {
    name: naming.columnName(key, name, []),
    cast: type === 'date' ? '::text' : '',
    type: typeof type === 'string' ? type : 'text',
  };
}

/** An expression with a cast to its declared type. */
interface Value<T> {
  sql: string;
  /** Exists only at compile time. */
  type?: T;
}

/** Expressions by the type of their values. An expression is not null unless wrapped in `nullable`. */
export const value = {
  boolean: (sql: string): Value<boolean> => ({ sql: `(${sql})::boolean` }),
  int: (sql: string): Value<number> => ({ sql: `(${sql})::int` }),
  float: (sql: string): Value<number> => ({ sql: `(${sql})::float8` }),
  text: (sql: string): Value<string> => ({ sql: `(${sql})::text` }),
  texts: (sql: string): Value<string[]> => ({ sql: `(${sql})::text[]` }),
  timestamp: (sql: string): Value<Date> => ({ sql: `(${sql})::timestamptz` }),
  /** The caller declares the type of the JSON; nothing checks it. */
  json: <T>(sql: string): Value<T> => ({ sql: `(${sql})::jsonb` }),
  nullable: <T>({ sql }: Value<T>): Value<T | null> => ({ sql }),
};

/** Returns computed columns, such as counts, locks, and comparisons with the database's clock. */
export function computed<Values extends Record<string, Value<unknown>>>(
  values: Values,
): Columns<{ [K in keyof Values]: Values[K] extends Value<infer T> ? T : never }> {
  return new Columns(Object.entries(values).map(([key, { sql }]) => ({ sql, key })));
}

/** A statement that returns rows. */
export interface Statement<Row extends object> {
  readonly text: string;
  readonly columns: Columns<Row>;
}

/**
 * Builds a statement whose rows have these columns.
 * @throws Error if the text does not contain the select list.
 */
export function statement<Row extends object>(columns: Columns<Row>, text: string): Statement<Row> {
  if (!text.includes(String(columns)))
    throw new Error(`The statement does not contain the select list ${String(columns)}: ${text}`);
  return { text, columns };
}
