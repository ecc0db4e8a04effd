import { Injectable } from '@nestjs/common';
import type { TransactionContext } from '@waybill/core';
import { columnsOf, Database, statement } from '@waybill/database';
import { DeadLetterEntity } from '../dead-letters/dead-letter.entity';
import { InboxEntryEntity } from '../inbox-entry.entity';
import { OrderEntity, type OrderSource } from '../order.entity';
import { DOCUMENTS } from '../orders.repository';

/** An order to store. */
export interface NewOrder extends Pick<
  OrderEntity,
  'orderUid' | 'source' | 'ownerId' | 'customerId' | 'trackNumber' | 'skus' | 'placedAt'
> {
  /** Hexadecimal SHA-256 of the message. */
  digest: string;
  document: string;
}

/** A message to record in the inbox without an order. */
export interface UnstoredMessage {
  source: OrderSource;
  digest: string;
  outcome: 'repeated' | 'rejected';
  orderUid: string | undefined;
}

export type NewDeadLetter = Pick<DeadLetterEntity, 'id' | 'reason' | 'detail' | 'size'> & {
  digest: string;
  pointer: string | undefined;
  orderUid: string | undefined;
  /** Hexadecimal. */
  message: string;
};

const ORDER = columnsOf(
  OrderEntity,
  ...(['orderUid', 'source', 'ownerId', 'customerId', 'trackNumber', 'placedAt'] as const),
);
const STORED = columnsOf(OrderEntity, 'orderUid', 'position');
const INBOX = columnsOf(InboxEntryEntity, 'source', 'outcome', 'orderUid');
const LETTER = columnsOf(
  DeadLetterEntity,
  ...(['id', 'reason', 'detail', 'pointer', 'orderUid', 'size'] as const),
);

// One statement for a batch: reserves positions, inserts the new orders, and records them in the inbox. Inserts in the
// order of the UIDs, so that concurrent batches do not deadlock. Of several orders with the same UID, stores the first.
const STORE = statement(
  STORED,
  `WITH incoming AS MATERIALIZED (
     SELECT nextval('order_inbox_position_seq') AS position, entry.*
     FROM jsonb_to_recordset($1::jsonb) AS entry (${ORDER.recordsetDefinition}, skus text[], digest text, document text)),
   made AS (
     INSERT INTO orders (${ORDER.names}, skus, position)
     SELECT ${ORDER.recordsetColumns('incoming')}, incoming.skus, incoming.position FROM incoming ORDER BY "orderUid", position
     ON CONFLICT (order_uid) DO NOTHING RETURNING ${STORED}),
   recorded AS (
     INSERT INTO order_inbox (position, source, digest, outcome, order_uid, owner_id, document) OVERRIDING SYSTEM VALUE
     SELECT incoming.position, incoming.source, decode(incoming.digest, 'hex'), 'stored', "orderUid", "ownerId",
       incoming.document
     FROM incoming WHERE incoming.position IN (SELECT made.position FROM made))
   SELECT * FROM made`,
);

/** Stores the messages of a batch. */
@Injectable()
export class OrderIngestRepository {
  constructor(private readonly database: Database) {}

  /** Stores the orders with a new UID, and records them in the inbox. @returns the stored UIDs. */
  async store(ctx: TransactionContext, orders: readonly NewOrder[]): Promise<string[]> {
    if (orders.length === 0) return [];
    const stored = await this.database.rows(ctx, STORE, [JSON.stringify(orders)]);
    return stored.map(({ orderUid }) => orderUid);
  }

  /** Returns the documents of stored orders, by UID. */
  async documentsOf(ctx: TransactionContext, orderUids: readonly string[]): Promise<Map<string, string>> {
    if (orderUids.length === 0) return new Map();
    const found = await this.database.rows(ctx, DOCUMENTS, [orderUids]);
    return new Map(found.map(({ orderUid, document }) => [orderUid, document]));
  }

  // SQL: a set-based insert.
  /** Records messages that created no order. */
  async record(ctx: TransactionContext, messages: readonly UnstoredMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await this.database.execute(
      ctx,
      `INSERT INTO order_inbox (${INBOX.names}, digest)
       SELECT ${INBOX.recordsetColumns('entry')}, decode(entry.digest, 'hex')
       FROM jsonb_to_recordset($1::jsonb) AS entry (${INBOX.recordsetDefinition}, digest text)`,
      [JSON.stringify(messages)],
    );
  }

  // SQL: a set-based insert, ON CONFLICT.
  /** Adds dead letters. If a message is already a dead letter, counts it as received again. */
  async addDeadLetters(ctx: TransactionContext, letters: readonly NewDeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    await this.database.execute(
      ctx,
      `INSERT INTO order_dead_letters AS known (${LETTER.names}, digest, message, received)
       SELECT DISTINCT ON (entry.digest) ${LETTER.recordsetColumns('entry')}, decode(entry.digest, 'hex'),
         decode(entry.message, 'hex'), count(*) OVER (PARTITION BY entry.digest)
       FROM jsonb_to_recordset($1::jsonb) AS entry (${LETTER.recordsetDefinition}, digest text, message text)
       ORDER BY entry.digest
       ON CONFLICT (digest) DO UPDATE SET received = known.received + excluded.received, last_received_at = now()`,
      [JSON.stringify(letters)],
    );
  }
}
