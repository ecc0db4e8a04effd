import { Injectable } from '@nestjs/common';
import { Batcher, TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import type { SelectQueryBuilder } from 'typeorm';
import { OrderEntity } from './order.entity';

const ROW = columnsOf(
  OrderEntity,
  ...(['orderUid', 'source', 'customerId', 'trackNumber', 'skus', 'placedAt'] as const),
);
const DOCUMENT = columnsOf(OrderEntity, 'orderUid', 'ownerId', 'position')
  .from('o')
  .and(computed({ document: value.text('i.document') }));
/** Reads the documents of orders by their UIDs (`$1`). */
export const DOCUMENTS = statement(
  DOCUMENT,
  `SELECT ${DOCUMENT} FROM orders o JOIN order_inbox i ON i.position = o.position WHERE o.order_uid = ANY ($1)`,
);
const NEWEST = statement(
  DOCUMENT,
  `SELECT ${DOCUMENT} FROM orders o JOIN order_inbox i ON i.position = o.position
   WHERE o.position < $1 ORDER BY o.position DESC LIMIT $2`,
);

const BEYOND_ANY_POSITION = '9223372036854775807';

export type OrderRow = RowOf<typeof ROW>;
/** The document of an order, and who may read it. */
export type StoredDocument = RowOf<typeof DOCUMENT>;

export interface OrderFilters {
  /** Owners whose orders are visible; undefined for all orders. */
  ownerIds?: readonly string[] | undefined;
  customerId?: string | undefined;
  trackNumber?: string | undefined;
  sku?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}

/** Where a page of orders starts: after the order with these sort keys. */
export interface OrderPosition {
  placedAt: Date;
  orderUid: string;
}

/** Stored orders. They never change. */
@Injectable()
export class OrdersRepository {
  // Concurrent reads share one statement.
  private readonly documentBatcher = new Batcher(
    (uids: string[]) => this.findAll(new TransactionContext(), uids),
    { maxSize: 100, concurrency: 2 },
  );

  constructor(private readonly database: Database) {}

  find(orderUid: string): Promise<StoredDocument | undefined> {
    return this.documentBatcher.add(orderUid);
  }

  // SQL: a hot read, with a join.
  private async findAll(ctx: TransactionContext, uids: string[]): Promise<(StoredDocument | undefined)[]> {
    const found = await this.database.rows(ctx, DOCUMENTS, [uids]);
    return uids.map((uid) => found.find(({ orderUid }) => orderUid === uid));
  }

  // SQL: a join.
  /** Returns documents of orders, newest first, starting before a position of the inbox. */
  newest(
    ctx: TransactionContext,
    before: string = BEYOND_ANY_POSITION,
    count: number,
  ): Promise<StoredDocument[]> {
    return this.database.rows(ctx, NEWEST, [before, count]);
  }

  /** Lists orders, newest first. */
  list(
    ctx: TransactionContext,
    filters: OrderFilters,
    after: OrderPosition | undefined,
    count: number,
  ): Promise<OrderRow[]> {
    return this.listing(ctx, filters, after, count).getMany();
  }

  // Uses the query builder, which sends no named statement. So PostgreSQL plans with the values: it uses the index on
  // `skus` for a rare SKU, and the index on the time for a frequent one.
  private listing(
    ctx: TransactionContext,
    { ownerIds, customerId, trackNumber, sku, from, to }: OrderFilters,
    after: OrderPosition | undefined,
    count: number,
  ): SelectQueryBuilder<OrderEntity> {
    const query = this.database
      .repository(ctx, OrderEntity)
      .createQueryBuilder('o')
      .select(Object.keys(ROW.selection).map((key) => `o.${key}`))
      .orderBy('o.placedAt', 'DESC')
      .addOrderBy('o.orderUid', 'DESC')
      .limit(count);
    if (ownerIds) query.andWhere('o.ownerId IN (:...ownerIds)', { ownerIds });
    if (customerId !== undefined) query.andWhere('o.customerId = :customerId', { customerId });
    if (trackNumber !== undefined) query.andWhere('o.trackNumber = :trackNumber', { trackNumber });
    if (sku !== undefined) query.andWhere('o.skus @> ARRAY[:sku]', { sku });
    if (from) query.andWhere('o.placedAt >= :from', { from });
    if (to) query.andWhere('o.placedAt < :to', { to });
    if (after) query.andWhere('(o.placedAt, o.orderUid) < (:placedAt, :orderUid)', { ...after });
    return query;
  }
}
