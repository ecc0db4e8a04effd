import { getMetadataArgsStorage } from 'typeorm';
import { SnakeNaming } from './snake-naming';

type EntityClass<E> = new () => E;
type Prefixed<Prefix extends string, Row> = {
  [K in keyof Row & string as `${Prefix}${Capitalize<K>}`]: Row[K];
};

interface Item {
  /** What is selected. */
  sql: string;
  /** The property of the row. */
  key: string;
}

/** What a statement selects or returns, and the type of its rows. In a template it is the select list. */
export class Columns<Row extends object> {
  /** Only for the compiler: the type of a row. */
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
  /** Their names for the list of an INSERT. */
  readonly names: string;
  /** The parameters of an INSERT: `$1, $2, …`. */
  readonly placeholders: string;
  /** What `jsonb_to_recordset` makes of rows in JSON: `"ownerId" uuid, name text`. */
  readonly record: string;

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
    this.record = columns.map(({ key, type }) => `"${key}" ${type}`).join(', ');
  }

  /** The values of the record that the statement calls `alias`, in the order of `names`. */
  recorded(alias: string): string {
    return this.columns.map(({ key }) => `${alias}."${key}"`).join(', ');
  }

  /** The values of an INSERT, in the order of `names`. */
  valuesOf(row: Row): unknown[] {
    return this.columns.map(({ key }) => row[key]);
  }

  /** The same columns of a table that the statement calls `alias`. */
  from(alias: string): EntityColumns<Row> {
    return new EntityColumns(this.columns, `${alias}.`);
  }

  /** The same columns of a table that the statement calls `alias`, under other properties: `name` as `typeName`. */
  fromAs<Prefix extends string>(alias: string, prefix: Prefix): Columns<Prefixed<Prefix, Row>> {
    return new EntityColumns(this.columns, `${alias}.`, prefix) as unknown as Columns<Prefixed<Prefix, Row>>;
  }
}

/** The type of the rows that a select list gives. */
export type RowOf<C extends { readonly row: object }> = C['row'];

/**
 * These columns of an entity. A property that the entity no longer has does not compile; one that is no column throws where
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
  if (!column) throw new Error(`${entity.name}.${key} is no column`);
  const { name = '', type, transformer } = column.options;
  // TypeORM alone applies transformers.
  if (transformer) throw new Error(`${entity.name}.${key} has a transformer: read it by the repository`);
  // The driver would make a local midnight of a date, which TypeORM gives as text.
  return {
    name: naming.columnName(key, name, []),
    cast: type === 'date' ? '::text' : '',
    type: typeof type === 'string' ? type : 'text',
  };
}

/** An expression that PostgreSQL casts to what its type says. */
interface Value<T> {
  sql: string;
  /** Only for the compiler. */
  type?: T;
}

/** Expressions by the type of their values. None is null unless `nullable` says so. */
export const value = {
  boolean: (sql: string): Value<boolean> => ({ sql: `(${sql})::boolean` }),
  int: (sql: string): Value<number> => ({ sql: `(${sql})::int` }),
  float: (sql: string): Value<number> => ({ sql: `(${sql})::float8` }),
  text: (sql: string): Value<string> => ({ sql: `(${sql})::text` }),
  timestamp: (sql: string): Value<Date> => ({ sql: `(${sql})::timestamptz` }),
  /** PostgreSQL knows that it is JSON; what is in it, the caller says. */
  json: <T>(sql: string): Value<T> => ({ sql: `(${sql})::jsonb` }),
  nullable: <T>({ sql }: Value<T>): Value<T | null> => ({ sql }),
};

/** Columns that no entity has: counts, locks, comparisons with the database's clock. */
export function computed<Values extends Record<string, Value<unknown>>>(
  values: Values,
): Columns<{ [K in keyof Values]: Values[K] extends Value<infer T> ? T : never }> {
  return new Columns(Object.entries(values).map(([key, { sql }]) => ({ sql, key })));
}

/** A statement that gives rows. */
export interface Statement<Row extends object> {
  readonly text: string;
  readonly columns: Columns<Row>;
}

/**
 * A statement whose rows have these columns.
 * @throws Error where the text does not contain the select list.
 */
export function statement<Row extends object>(columns: Columns<Row>, text: string): Statement<Row> {
  if (!text.includes(String(columns))) throw new Error(`Other columns than ${String(columns)}: ${text}`);
  return { text, columns };
}
