import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, computed, Database, type RowOf, statement, value } from '@waybill/database';
import { InboxEntryEntity } from '../inbox-entry.entity';
import { OrderEntity } from '../order.entity';

const STORED = columnsOf(InboxEntryEntity, 'position', 'source', 'ownerId').and(
  // A stored order has a document.
  computed({ document: value.text('document') }),
);
const ORDER = columnsOf(
  OrderEntity,
  ...([
    'orderUid',
    'position',
    'source',
    'ownerId',
    'customerId',
    'trackNumber',
    'skus',
    'placedAt',
  ] as const),
);
const WITHOUT_SKUS = columnsOf(
  OrderEntity,
  ...(['orderUid', 'position', 'source', 'ownerId', 'customerId', 'trackNumber', 'placedAt'] as const),
);

/** An entry of the inbox whose order was stored. */
export type StoredEntry = RowOf<typeof STORED>;
/** An order without its document. */
export type OrderHeaderRow = RowOf<typeof ORDER>;

/** Reads the inbox and its orders, and restores orders. */
@Injectable()
export class OrdersReplayRepository {
  constructor(private readonly database: Database) {}

  // SQL: keyset pagination that reads only the needed columns of a wide table.
  /** Returns entries of stored orders after a position, oldest first. */
  entriesAfter(
    ctx: TransactionContext,
    position: string,
    { from, to, count }: { from: Date; to: Date; count: number },
  ): Promise<StoredEntry[]> {
    return this.database.rows(
      ctx,
      statement(
        STORED,
        `SELECT ${STORED} FROM order_inbox
         WHERE position > $1 AND received_at >= $2 AND received_at < $3 AND outcome = 'stored'
         ORDER BY position LIMIT $4`,
      ),
      [position, from, to, count],
    );
  }

  // SQL: one read for a batch, by position.
  /** Returns the orders with these positions, sorted by position. */
  ordersAt(ctx: TransactionContext, positions: readonly string[]): Promise<OrderHeaderRow[]> {
    return this.database.rows(
      ctx,
      statement(ORDER, `SELECT ${ORDER} FROM orders WHERE position = ANY ($1) ORDER BY orders.position`),
      [positions],
    );
  }

  // SQL: a set-based insert, ON CONFLICT.
  /** Inserts or overwrites orders. */
  async restore(ctx: TransactionContext, orders: readonly OrderHeaderRow[]): Promise<void> {
    await this.database.execute(
      ctx,
      `INSERT INTO orders (${WITHOUT_SKUS.names}, skus)
       SELECT ${WITHOUT_SKUS.recordsetColumns('entry')}, entry.skus
       FROM jsonb_to_recordset($1::jsonb) AS entry (${WITHOUT_SKUS.recordsetDefinition}, skus text[])
       ORDER BY "orderUid"
       ON CONFLICT (order_uid) DO UPDATE SET position = excluded.position, source = excluded.source,
         owner_id = excluded.owner_id, customer_id = excluded.customer_id, track_number = excluded.track_number,
         placed_at = excluded.placed_at, skus = excluded.skus`,
      [JSON.stringify(orders)],
    );
  }
}
