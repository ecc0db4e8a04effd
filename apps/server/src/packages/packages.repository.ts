import { Injectable } from '@nestjs/common';
import { Gathered, TransactionContext } from '@waybill/core';
import {
  columnsOf,
  computed,
  Database,
  type RowOf,
  type Statement,
  statement,
  value,
} from '@waybill/database';
import { In, IsNull, LessThan } from 'typeorm';
import { typeName } from '../catalog';
import { PackageEntity } from './package.entity';
import type { Price, UnpricedReason } from './pricing';

const ROW = columnsOf(
  PackageEntity,
  ...(['id', 'registrationId', 'name', 'weightKg', 'contentAmount', 'contentCurrency', 'typeId'] as const),
  ...(['orderUid', 'createdAt', 'deliveryCost'] as const),
)
  .from('p')
  .and(typeName.columns);
const INPUTS = columnsOf(PackageEntity, 'id', 'weightKg', 'contentAmount', 'contentCurrency', 'createdAt');
const PRICED = INPUTS.and(columnsOf(PackageEntity, 'deliveryCost', 'pricing', 'unpricedReason'));

export type PackageRow = RowOf<typeof ROW>;
export type PricedPackageRow = RowOf<typeof PRICED>;
export type UnpricedPackageRow = RowOf<typeof INPUTS>;

/** Owners whose packages are visible, or all. */
export type Visibility = readonly string[] | 'all';

export interface PackageFilters {
  typeId?: number | undefined;
  hasCost?: boolean | undefined;
}

const FROM = `FROM packages p ${typeName.join('p.type_id')}`;
const FIND_ANY = statement(ROW, `SELECT ${ROW} ${FROM} WHERE p.id = $1`);
const FIND_OF_MANY = statement(ROW, `SELECT ${ROW} ${FROM} WHERE p.id = $1 AND p.owner_id = ANY ($2)`);
const OWNED = ROW.and(columnsOf(PackageEntity, 'ownerId').from('p'));
const FIND_OWNED = statement(
  OWNED,
  `SELECT ${OWNED} FROM unnest($1::int[], $2::uuid[]) AS wanted (id, owner_id)
     JOIN packages p ON p.id = wanted.id AND p.owner_id = wanted.owner_id ${typeName.join('p.type_id')}`,
);
const SET_PRICE = computed({ priced: value.boolean('v.cost IS NOT NULL') });

/** Packages in PostgreSQL. */
@Injectable()
export class PackagesRepository {
  // Concurrent reads share one statement: under load, sending and parsing PostgreSQL messages takes most of a request's
  // CPU time.
  private readonly owned = new Gathered(
    (wanted: { id: number; ownerId: string }[]) => this.findOwned(new TransactionContext(), wanted),
    { most: 100, lanes: 2 },
  );

  constructor(private readonly database: Database) {}

  // SQL: a hot read.
  async find(ctx: TransactionContext, id: number, visible: Visibility): Promise<PackageRow | undefined> {
    if (visible === 'all') return this.database.row(ctx, FIND_ANY, [id]);
    const [ownerId, ...more] = visible;
    if (ctx.transaction || ownerId === undefined || more.length > 0)
      return this.database.row(ctx, FIND_OF_MANY, [id, visible]);
    return this.owned.do({ id, ownerId });
  }

  private async findOwned(
    ctx: TransactionContext,
    wanted: { id: number; ownerId: string }[],
  ): Promise<(PackageRow | undefined)[]> {
    const parameters = [wanted.map(({ id }) => id), wanted.map(({ ownerId }) => ownerId)];
    const rows = await this.database.rows(ctx, FIND_OWNED, parameters);
    return wanted.map(({ id, ownerId }) => rows.find((row) => row.id === id && row.ownerId === ownerId));
  }

  async findPriced(
    ctx: TransactionContext,
    id: number,
    visible: Visibility,
  ): Promise<PricedPackageRow | undefined> {
    const row = await this.database.repository(ctx, PackageEntity).findOne({
      select: {
        ...{ id: true, weightKg: true, contentAmount: true, contentCurrency: true, createdAt: true },
        ...{ deliveryCost: true, pricing: true, unpricedReason: true },
      },
      where: { id, ...(visible !== 'all' && { ownerId: In(visible) }) },
    });
    return row ?? undefined;
  }

  // SQL: a hot read.
  /** Lists packages before `beforeId`, newest first. */
  list(
    ctx: TransactionContext,
    visible: Visibility,
    filters: PackageFilters,
    beforeId: number,
    count: number,
  ): Promise<PackageRow[]> {
    const { text, parameters } = listing(visible, filters);
    return this.database.rows(ctx, text, [beforeId, count, ...parameters]);
  }

  /** Lists unpriced packages before `beforeId`, newest first. */
  listUnpriced(ctx: TransactionContext, beforeId: number, count: number): Promise<UnpricedPackageRow[]> {
    return this.database.repository(ctx, PackageEntity).find({
      select: { id: true, weightKg: true, contentAmount: true, contentCurrency: true, createdAt: true },
      where: { deliveryCost: IsNull(), id: LessThan(beforeId) },
      order: { id: 'DESC' },
      take: count,
    });
  }

  // SQL: one set-based update.
  /**
   * Sets the prices of packages, or the reasons why they are still unpriced. Never changes an existing price. @returns
   * the number of newly priced packages.
   */
  async setPrices(
    ctx: TransactionContext,
    prices: ReadonlyMap<number, Price | UnpricedReason>,
  ): Promise<number> {
    const values = [...prices].map(([id, price]) =>
      typeof price === 'object' ? { id, ...price } : { id, reason: price },
    );
    const rows = await this.database.rows(
      ctx,
      statement(
        SET_PRICE,
        `UPDATE packages p SET delivery_cost = v.cost, pricing = v.pricing, unpriced_reason = v.reason
         FROM jsonb_to_recordset($1::jsonb) AS v(id int, cost numeric, pricing jsonb, reason text)
         WHERE p.id = v.id AND p.delivery_cost IS NULL AND p.unpriced_reason IS DISTINCT FROM v.reason
         RETURNING ${SET_PRICE}`,
      ),
      [JSON.stringify(values)],
    );
    return rows.filter(({ priced }) => priced).length;
  }
}

const listings = new Map<string, Statement<PackageRow>>();

/**
 * Returns the statement for exactly these filters. Each of the 18 combinations has its own statement, because `$n IS
 * NULL OR …` would lead to a worse query plan. `$1` is the ID to start after, `$2` the number of rows.
 */
function listing(
  visible: Visibility,
  { typeId, hasCost }: PackageFilters,
): { text: Statement<PackageRow>; parameters: unknown[] } {
  const owners = visible === 'all' ? [] : [...new Set(visible)];
  const whose = visible === 'all' ? 'all' : owners.length === 1 ? 'one' : 'many';
  const parameters = [
    ...(whose === 'all' ? [] : [whose === 'one' ? owners[0] : owners]),
    ...(typeId === undefined ? [] : [typeId]),
  ];
  const key = `${whose} ${typeId !== undefined} ${hasCost}`;
  const text = listings.get(key) ?? statement(ROW, textOfListing(whose, typeId !== undefined, hasCost));
  listings.set(key, text);
  return { text, parameters };
}

function textOfListing(whose: 'all' | 'one' | 'many', byType: boolean, hasCost: boolean | undefined): string {
  const conditions = [
    'p.id < $1',
    ...(whose === 'one' ? ['p.owner_id = $3'] : []),
    ...(whose === 'many' ? ['p.owner_id = owner.id'] : []),
    ...(byType ? [`p.type_id = $${whose === 'all' ? 3 : 4}`] : []),
    ...(hasCost === undefined ? [] : [`p.delivery_cost IS ${hasCost ? 'NOT NULL' : 'NULL'}`]),
  ].join(' AND ');
  const newest = 'ORDER BY p.id DESC LIMIT $2';
  if (whose !== 'many') return `SELECT ${ROW} ${FROM} WHERE ${conditions} ${newest}`;
  // Reads the newest rows of each owner, and merges them. Does not read all packages of any owner.
  return `SELECT ${ROW} FROM unnest($3::uuid[]) AS owner (id)
    CROSS JOIN LATERAL (SELECT * FROM packages p WHERE ${conditions} ${newest}) AS p ${typeName.join('p.type_id')} ${newest}`;
}
