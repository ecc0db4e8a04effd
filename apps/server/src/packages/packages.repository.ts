import { Injectable } from '@nestjs/common';
import { Database, type WorkContext } from '@waybill/database';
import type { PackageEntity } from './package.entity';
import type { Price, UnpricedReason } from './pricing';
import type { PendingRegistration } from './registrations.repository';

export type PackageRow = Pick<
  PackageEntity,
  | 'id'
  | 'registrationId'
  | 'name'
  | 'weightKg'
  | 'contentAmount'
  | 'contentCurrency'
  | 'typeId'
  | 'orderUid'
  | 'createdAt'
  | 'deliveryCost'
> & { typeName: string };
export type PricedPackageRow = Pick<
  PackageEntity,
  | 'id'
  | 'weightKg'
  | 'contentAmount'
  | 'contentCurrency'
  | 'createdAt'
  | 'deliveryCost'
  | 'pricing'
  | 'unpricedReason'
>;

export type UnpricedPackageRow = Pick<
  PackageEntity,
  'id' | 'weightKg' | 'contentAmount' | 'contentCurrency' | 'createdAt'
>;

/** Whose packages may be seen: these owners', or everybody's. */
export type Visibility = readonly string[] | 'all';

export interface PackageFilters {
  typeId?: number | undefined;
  hasCost?: boolean | undefined;
}

const ROW = `p.id, p.registration_id AS "registrationId", p.name, p.weight_kg AS "weightKg", p.content_amount AS "contentAmount",
  p.content_currency AS "contentCurrency", p.type_id AS "typeId", t.name AS "typeName", p.order_uid AS "orderUid",
  p.created_at AS "createdAt", p.delivery_cost AS "deliveryCost"`;

/** Packages in PostgreSQL. */
@Injectable()
export class PackagesRepository {
  constructor(private readonly database: Database) {}

  /** Makes the package of a registration. @returns its id, or undefined where there is one already. */
  async insertOnce(
    ctx: WorkContext,
    registration: PendingRegistration,
    price: Price | UnpricedReason,
  ): Promise<number | undefined> {
    const priced = typeof price === 'object' ? price : undefined;
    const [row] = await this.database.query<{ id: number }>(
      ctx,
      `INSERT INTO packages (registration_id, owner_id, name, weight_kg, content_amount, content_currency, type_id, order_uid,
         created_at, delivery_cost, pricing, unpriced_reason)
       SELECT id, owner_id, name, weight_kg, content_amount, content_currency, type_id, order_uid, created_at, $2, $3, $4
       FROM registrations WHERE id = $1 AND state = 'pending'
       ON CONFLICT (registration_id) DO NOTHING RETURNING id`,
      [registration.id, priced?.cost ?? null, priced?.pricing ?? null, priced ? null : price],
    );
    return row?.id;
  }

  async find(ctx: WorkContext, id: number, visible: Visibility): Promise<PackageRow | undefined> {
    const [row] = await this.database.query<PackageRow>(
      ctx,
      `SELECT ${ROW} FROM packages p JOIN package_types t ON t.id = p.type_id
       WHERE p.id = $1 AND ($2::uuid[] IS NULL OR p.owner_id = ANY ($2))`,
      [id, ownersOf(visible)],
    );
    return row;
  }

  async findPriced(ctx: WorkContext, id: number, visible: Visibility): Promise<PricedPackageRow | undefined> {
    const [row] = await this.database.query<PricedPackageRow>(
      ctx,
      `SELECT id, weight_kg AS "weightKg", content_amount AS "contentAmount", content_currency AS "contentCurrency",
         created_at AS "createdAt", delivery_cost AS "deliveryCost", pricing, unpriced_reason AS "unpricedReason"
       FROM packages WHERE id = $1 AND ($2::uuid[] IS NULL OR owner_id = ANY ($2))`,
      [id, ownersOf(visible)],
    );
    return row;
  }

  /** Packages from before `beforeId` on, newest first. */
  list(
    ctx: WorkContext,
    visible: Visibility,
    filters: PackageFilters,
    beforeId: number,
    count: number,
  ): Promise<PackageRow[]> {
    return this.database.query(
      ctx,
      `SELECT ${ROW} FROM packages p JOIN package_types t ON t.id = p.type_id
       WHERE p.id < $1 AND ($2::uuid[] IS NULL OR p.owner_id = ANY ($2)) AND ($3::int IS NULL OR p.type_id = $3)
         AND ($4::boolean IS NULL OR (p.delivery_cost IS NOT NULL) = $4)
       ORDER BY p.id DESC LIMIT $5`,
      [beforeId, ownersOf(visible), filters.typeId ?? null, filters.hasCost ?? null, count],
    );
  }

  /** Packages without a price from before `beforeId` on, newest first. */
  listUnpriced(ctx: WorkContext, beforeId: number, count: number): Promise<UnpricedPackageRow[]> {
    return this.database.query(
      ctx,
      `SELECT id, weight_kg AS "weightKg", content_amount AS "contentAmount", content_currency AS "contentCurrency",
         created_at AS "createdAt"
       FROM packages WHERE delivery_cost IS NULL AND id < $1 ORDER BY id DESC LIMIT $2`,
      [beforeId, count],
    );
  }

  /** Gives packages their prices, or the reasons why they have none still; what has a price keeps it. @returns how many got one. */
  async setPrices(ctx: WorkContext, prices: ReadonlyMap<number, Price | UnpricedReason>): Promise<number> {
    const values = [...prices].map(([id, price]) =>
      typeof price === 'object' ? { id, ...price } : { id, reason: price },
    );
    const rows = await this.database.query<{ priced: boolean }>(
      ctx,
      `UPDATE packages p SET delivery_cost = v.cost, pricing = v.pricing, unpriced_reason = v.reason
       FROM jsonb_to_recordset($1::jsonb) AS v(id int, cost numeric, pricing jsonb, reason text)
       WHERE p.id = v.id AND p.delivery_cost IS NULL AND p.unpriced_reason IS DISTINCT FROM v.reason
       RETURNING v.cost IS NOT NULL AS priced`,
      [JSON.stringify(values)],
    );
    return rows.filter(({ priced }) => priced).length;
  }

  /** Those of these owners that have a package, or a registration that made none. */
  async ownersAmong(ctx: WorkContext, ownerIds: readonly string[]): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      ctx,
      `SELECT o.id FROM unnest($1::uuid[]) AS o(id)
       WHERE EXISTS (SELECT FROM packages p WHERE p.owner_id = o.id)
          OR EXISTS (SELECT FROM registrations r WHERE r.owner_id = o.id AND r.state = 'pending')
          OR EXISTS (SELECT FROM registrations r WHERE r.owner_id = o.id AND r.state = 'failed')`,
      [ownerIds],
    );
    return rows.map(({ id }) => id);
  }
}

const ownersOf = (visible: Visibility): readonly string[] | null => (visible === 'all' ? null : visible);
