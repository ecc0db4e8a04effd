import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
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

/** Whose packages may be seen: these owners', or everybody's. */
export type Visibility = readonly string[] | 'all';

export interface PackageFilters {
  typeId?: number | undefined;
  hasCost?: boolean | undefined;
}

const SET_PRICE = computed({ priced: value.boolean('v.cost IS NOT NULL') });
const OWNER = computed({ id: value.text('o.id') });

/** Packages in PostgreSQL. */
@Injectable()
export class PackagesRepository {
  constructor(private readonly database: Database) {}

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
  /** Packages from before `beforeId` on, newest first. */
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

  /** Packages without a price from before `beforeId` on, newest first. */
  listUnpriced(ctx: TransactionContext, beforeId: number, count: number): Promise<UnpricedPackageRow[]> {
    return this.database.repository(ctx, PackageEntity).find({
      select: { id: true, weightKg: true, contentAmount: true, contentCurrency: true, createdAt: true },
      where: { deliveryCost: IsNull(), id: LessThan(beforeId) },
      order: { id: 'DESC' },
      take: count,
    });
  }

  // SQL: one set-based update.
  /** Gives packages their prices, or the reasons why they have none still; what has a price keeps it. @returns how many got one. */
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

  // SQL: one probe of each index for each owner.
  /** Those of these owners that have a package, or a registration that made none. */
  async ownersAmong(ctx: TransactionContext, ownerIds: readonly string[]): Promise<string[]> {
    const rows = await this.database.rows(
      ctx,
      statement(
        OWNER,
        `SELECT ${OWNER} FROM unnest($1::uuid[]) AS o(id)
         WHERE EXISTS (SELECT FROM packages p WHERE p.owner_id = o.id)
            OR EXISTS (SELECT FROM registrations r WHERE r.owner_id = o.id AND r.state = 'pending')
            OR EXISTS (SELECT FROM registrations r WHERE r.owner_id = o.id AND r.state = 'failed')`,
      ),
      [ownerIds],
    );
    return rows.map(({ id }) => id);
  }
}

const ownersOf = (visible: Visibility): readonly string[] | null => (visible === 'all' ? null : visible);
