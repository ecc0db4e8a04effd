import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import { In, IsNull, LessThan } from 'typeorm';
import { typeName } from '../catalog';
import { PackageEntity } from './package.entity';
import type { Price, UnpricedReason } from './pricing';
import { ACCEPTED, type PendingRegistration } from './registrations.repository';

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

const ID = columnsOf(PackageEntity, 'id');
const SET_PRICE = computed({ priced: value.boolean('v.cost IS NOT NULL') });

/** Packages in PostgreSQL. */
@Injectable()
export class PackagesRepository {
  constructor(private readonly database: Database) {}

  // SQL: ON CONFLICT, and the values come from the registration's row.
  /** Inserts the package of a registration. @returns its ID, or undefined if the registration already has one. */
  async insertOnce(
    ctx: TransactionContext,
    registration: PendingRegistration,
    price: Price | UnpricedReason,
  ): Promise<number | undefined> {
    const priced = typeof price === 'object' ? price : undefined;
    const row = await this.database.row(
      ctx,
      statement(
        ID,
        `INSERT INTO packages (registration_id, ${ACCEPTED.names}, delivery_cost, pricing, unpriced_reason)
         SELECT id, ${ACCEPTED.names}, $2, $3, $4 FROM registrations WHERE id = $1 AND state = 'pending'
         ON CONFLICT (registration_id) DO NOTHING RETURNING ${ID}`,
      ),
      [registration.id, priced?.cost ?? null, priced?.pricing ?? null, priced ? null : price],
    );
    return row?.id;
  }

  // SQL: a hot read.
  find(ctx: TransactionContext, id: number, visible: Visibility): Promise<PackageRow | undefined> {
    return this.database.row(
      ctx,
      statement(
        ROW,
        `SELECT ${ROW} FROM packages p ${typeName.join('p.type_id')}
         WHERE p.id = $1 AND ($2::uuid[] IS NULL OR p.owner_id = ANY ($2))`,
      ),
      [id, ownersOf(visible)],
    );
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
    return this.database.rows(
      ctx,
      statement(
        ROW,
        `SELECT ${ROW} FROM packages p ${typeName.join('p.type_id')}
         WHERE p.id < $1 AND ($2::uuid[] IS NULL OR p.owner_id = ANY ($2)) AND ($3::int IS NULL OR p.type_id = $3)
           AND ($4::boolean IS NULL OR (p.delivery_cost IS NOT NULL) = $4)
         ORDER BY p.id DESC LIMIT $5`,
      ),
      [beforeId, ownersOf(visible), filters.typeId ?? null, filters.hasCost ?? null, count],
    );
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

const ownersOf = (visible: Visibility): readonly string[] | null => (visible === 'all' ? null : visible);
