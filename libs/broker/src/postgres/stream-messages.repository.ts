import { TransactionContext } from '@waybill/core';
import { columnsOf, computed, type Database, type RowOf, statement, value } from '@waybill/database';
import type { Capacity } from '../batch-consumer';
import type { PreparedMessage } from '../messages';
import type { Topic } from '../topics';
import { StreamMessageEntity } from './stream-message.entity';

const ROW = columnsOf(StreamMessageEntity, 'id', 'messageId', 'body', 'headers', 'deliveryCount');
const CLAIMED = ROW.from('m');
const COUNT = computed({ count: value.int('count(*)') });

export type StreamMessageRow = RowOf<typeof ROW>;

/** A delivery of a message. A later delivery of the same message has a higher count. */
export type Lease = Pick<StreamMessageRow, 'id' | 'deliveryCount'>;

/** Maximum size of the messages of one claim. */
const MAX_CLAIMED_BYTES = 16 * 1024 * 1024;

/**
 * Messages of the embedded broker. Each statement runs in its own transaction. All statements are SQL, because they
 * need SKIP LOCKED and the database's clock, and handle whole batches. They lock rows in the order of their IDs or skip
 * locked rows, so that they never deadlock.
 */
export class StreamMessagesRepository {
  constructor(private readonly database: Database) {}

  /** Stores messages in the given order. Sends all bodies as one parameter, because pg would send an array as text. */
  async insert(topic: Topic, messages: readonly PreparedMessage[]): Promise<void> {
    const sizes = messages.map(({ body }) => body.length);
    await this.database.execute(
      new TransactionContext(),
      `INSERT INTO stream_messages (topic, message_id, body, headers)
       SELECT $1, m.id, substring($2::bytea FROM m.start FOR m.size), m.headers
         FROM unnest($3::text[], $4::int[], $5::int[], $6::jsonb[]) WITH ORDINALITY
              AS m(id, start, size, headers, place)
        ORDER BY m.place`,
      [
        topic,
        Buffer.concat(messages.map(({ body }) => body)),
        messages.map(({ id }) => id),
        startsOf(sizes),
        sizes,
        messages.map(({ headers }) => JSON.stringify(headers)),
      ],
    );
  }

  /** Leases the oldest available messages, in the order of publication. Leases one even if it exceeds `bytes`. */
  async claim(topic: Topic, { messages, bytes }: Capacity, leaseMs: number): Promise<StreamMessageRow[]> {
    const rows = await this.database.rows(
      new TransactionContext(),
      statement(
        CLAIMED,
        `WITH free AS (
           SELECT id, octet_length(body) AS size FROM stream_messages
            WHERE topic = $1 AND hidden_until <= clock_timestamp()
            ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
         ), sized AS (
           SELECT id, sum(size) OVER (ORDER BY id) - size AS bytes_before FROM free
         )
         UPDATE stream_messages m
            SET hidden_until = clock_timestamp() + $3 * interval '1 millisecond',
                delivery_count = m.delivery_count + 1
           FROM sized WHERE m.id = sized.id AND sized.bytes_before < $4
         RETURNING ${CLAIMED}`,
      ),
      [topic, messages, leaseMs, Math.min(bytes, MAX_CLAIMED_BYTES)],
    );
    return rows.toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
  }

  /** Extends leases that have not been lost. */
  async extend(leases: readonly Lease[], leaseMs: number): Promise<void> {
    await this.database.execute(
      new TransactionContext(),
      `UPDATE stream_messages m SET hidden_until = clock_timestamp() + $3 * interval '1 millisecond'
         FROM (SELECT s.id FROM stream_messages s
                 JOIN unnest($1::bigint[], $2::int[]) AS l(id, delivery_count) USING (id, delivery_count)
                  FOR UPDATE OF s SKIP LOCKED) held
        WHERE m.id = held.id`,
      [...columnsOfLeases(leases), leaseMs],
    );
  }

  /** Deletes acknowledged messages, even if the lease has expired: their effect is durable. */
  async delete(leases: readonly Lease[]): Promise<void> {
    await this.database.execute(
      new TransactionContext(),
      `DELETE FROM stream_messages WHERE id IN (
         SELECT id FROM stream_messages WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE)`,
      [leases.map(({ id }) => id)],
    );
  }

  /** Ends leases that have not been lost. The messages are redelivered after a delay. */
  async release(leases: readonly (Lease & { afterMs: number })[]): Promise<void> {
    await this.database.execute(
      new TransactionContext(),
      `UPDATE stream_messages m SET hidden_until = clock_timestamp() + held.after_ms * interval '1 millisecond'
         FROM (SELECT s.id, l.after_ms FROM stream_messages s
                 JOIN unnest($1::bigint[], $2::int[], $3::int[]) AS l(id, delivery_count, after_ms)
                USING (id, delivery_count)
                ORDER BY s.id FOR UPDATE OF s) held
        WHERE m.id = held.id`,
      [...columnsOfLeases(leases), leases.map(({ afterMs }) => afterMs)],
    );
  }

  async count(topic: Topic): Promise<number> {
    const { count } = await this.database.one(
      new TransactionContext(),
      statement(COUNT, `SELECT ${COUNT} FROM stream_messages WHERE topic = $1`),
      [topic],
    );
    return count;
  }
}

const columnsOfLeases = (leases: readonly Lease[]): [string[], number[]] => [
  leases.map(({ id }) => id),
  leases.map(({ deliveryCount }) => deliveryCount),
];

/** Returns the start of each part. The first byte is 1. */
function startsOf(sizes: readonly number[]): number[] {
  let next = 1;
  return sizes.map((size) => {
    next += size;
    return next - size;
  });
}
