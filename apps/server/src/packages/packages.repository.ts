import { Injectable } from '@nestjs/common';
import type { AuditEntryValues } from '@waybill/audit';
import { Batcher, TransactionContext } from '@waybill/core';
import { Database, type RowOf } from '@waybill/database';
import { IsNull, LessThan, Not } from 'typeorm';
import type { PackageActor } from './package-actor';
import { PackageEntity } from './package.entity';
import {
  cancelOf,
  CLAIM,
  FIND_ANY,
  FIND_OF_OWNERS,
  FIND_OWNED,
  FIND_PRICE_ANY,
  FIND_PRICE_OF_OWNERS,
  INPUTS,
  listing,
  lockOf,
  type PackageFilters,
  type PackageRow,
  type PRICED,
  REPRICE,
  SET_PRICES,
  type Visibility,
} from './packages.statements';
import type { Price, UnpricedReason } from './pricing';

export type { PackageFilters, PackageRow, Visibility } from './packages.statements';
/** `revision`, `pricing` and `at` are those of the current cost; null if there is none. */
export type PricedPackageRow = RowOf<typeof PRICED>;
export type UnpricedPackageRow = RowOf<typeof INPUTS>;

/** A change of a package's status. */
export interface StatusChange {
  id: number;
  actor: PackageActor;
  /** Audit entry; undefined for a customer. */
  entry: AuditEntryValues | undefined;
}

/** Packages in PostgreSQL. */
@Injectable()
export class PackagesRepository {
  // Concurrent reads share one statement, because under load most of a request's CPU time is spent on sending and
  // parsing PostgreSQL messages.
  private readonly ownedBatcher = new Batcher(
    (wanted: { id: number; ownerId: string }[]) => this.findOwned(new TransactionContext(), wanted),
    { maxSize: 100, concurrency: 2 },
  );

  constructor(private readonly database: Database) {}

  // SQL: a hot read.
  async find(ctx: TransactionContext, id: number, visible: Visibility): Promise<PackageRow | undefined> {
    if (visible === 'all') return this.database.row(ctx, FIND_ANY, [id]);
    const [ownerId, ...more] = visible;
    if (ctx.transaction || ownerId === undefined || more.length > 0)
      return this.database.row(ctx, FIND_OF_OWNERS, [id, visible]);
    return this.ownedBatcher.add({ id, ownerId });
  }

  private async findOwned(
    ctx: TransactionContext,
    wanted: { id: number; ownerId: string }[],
  ): Promise<(PackageRow | undefined)[]> {
    const parameters = [wanted.map(({ id }) => id), wanted.map(({ ownerId }) => ownerId)];
    const rows = await this.database.rows(ctx, FIND_OWNED, parameters);
    return wanted.map(({ id, ownerId }) => rows.find((row) => row.id === id && row.ownerId === ownerId));
  }

  // SQL: a package with the latest event that set its cost.
  async findPriced(
    ctx: TransactionContext,
    id: number,
    visible: Visibility,
  ): Promise<PricedPackageRow | undefined> {
    return visible === 'all'
      ? this.database.row(ctx, FIND_PRICE_ANY, [id])
      : this.database.row(ctx, FIND_PRICE_OF_OWNERS, [id, visible]);
  }

  /** Returns the inputs of the price of a package. They never change. */
  async findInputs(ctx: TransactionContext, id: number): Promise<UnpricedPackageRow | null> {
    return this.database.repository(ctx, PackageEntity).findOne({ select: INPUTS.selection, where: { id } });
  }

  // SQL: the row with its type's name, locked.
  /** Locks a package until the open transaction ends. */
  async lock(ctx: TransactionContext, id: number, visible: Visibility): Promise<PackageRow | undefined> {
    return this.database.row(ctx, lockOf(visible), withOwners([id], visible));
  }

  // SQL: one conditional update, with its event and audit entry.
  /** Claims a package for a carrier, if its status is `registered`. @returns undefined if it has another status. */
  async claim(
    ctx: TransactionContext,
    change: StatusChange,
    carrierId: number,
  ): Promise<PackageRow | undefined> {
    return this.database.row(ctx, CLAIM, [...parametersOf(change), carrierId]);
  }

  // SQL: one conditional update, with its event and audit entry.
  /** Cancels a visible package, if its status is `registered`. @returns undefined if it has another status. */
  async cancel(
    ctx: TransactionContext,
    change: StatusChange,
    visible: Visibility,
  ): Promise<PackageRow | undefined> {
    return this.database.row(ctx, cancelOf(visible), withOwners(parametersOf(change), visible));
  }

  // SQL: an update and its event.
  /** Sets the cost of a package that the open transaction has locked, and adds a revision. */
  async reprice(
    ctx: TransactionContext,
    id: number,
    { cost, pricing }: Price,
    actor: PackageActor,
  ): Promise<void> {
    await this.database.execute(ctx, REPRICE, [id, cost, JSON.stringify(pricing), JSON.stringify(actor)]);
  }

  // SQL: a hot read.
  /** Lists packages with an ID below `beforeId`, newest first. */
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

  /** Lists unpriced packages with an ID below `beforeId`, newest first. */
  listUnpriced(ctx: TransactionContext, beforeId: number, count: number): Promise<UnpricedPackageRow[]> {
    return this.database.repository(ctx, PackageEntity).find({
      select: INPUTS.selection,
      where: { deliveryCost: IsNull(), status: Not('cancelled'), id: LessThan(beforeId) },
      order: { id: 'DESC' },
      take: count,
    });
  }

  // SQL: one set-based update, with its events.
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
    const rows = await this.database.rows(ctx, SET_PRICES, [JSON.stringify(values)]);
    return rows.filter(({ priced }) => priced).length;
  }
}

const withOwners = (parameters: unknown[], visible: Visibility): unknown[] =>
  visible === 'all' ? parameters : [...parameters, visible];

const parametersOf = ({ id, actor, entry }: StatusChange): unknown[] => [
  id,
  JSON.stringify(actor),
  JSON.stringify(entry ? [entry] : []),
];
