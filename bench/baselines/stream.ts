// A JetStream consumer that inserts the orders of a batch with one statement and acknowledges them.
import { createHash } from 'node:crypto';
import {
  AckPolicy,
  type Consumer,
  jetstream,
  jetstreamManager,
  type JsMsg,
  RetentionPolicy,
} from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Pool } from 'pg';

const BATCH = 500;
const CONCURRENCY = 2;
const WAIT_MS = 1_000;
const TABLES = `
  CREATE TABLE bench_order_inbox (LIKE order_inbox INCLUDING ALL);
  CREATE TABLE bench_orders (LIKE orders INCLUDING ALL)`;
/** Copies of our tables with their indexes and checks, so that our server does not read the baseline's rows. */
const INSERT = {
  name: 'insert',
  text: `WITH incoming AS MATERIALIZED (
      SELECT nextval(pg_get_serial_sequence('bench_order_inbox', 'position')) AS position, entry.*
      FROM jsonb_to_recordset($1::jsonb) AS entry (order_uid text, customer_id text, track_number text, skus text[],
        placed_at timestamptz, digest text, document text)),
    made AS (
      INSERT INTO bench_orders (order_uid, source, customer_id, track_number, skus, placed_at, position)
      SELECT order_uid, 'stream', customer_id, track_number, skus, placed_at, position FROM incoming)
    INSERT INTO bench_order_inbox (position, source, digest, outcome, order_uid, document) OVERRIDING SYSTEM VALUE
    SELECT position, 'stream', decode(digest, 'hex'), 'stored', order_uid, document FROM incoming`,
};

interface Order {
  order_uid: string;
  customer_id: string;
  track_number: string;
  date_created: string;
  items: { sku?: string; nm_id: number }[];
}

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: CONCURRENCY });
const subject = process.env.SUBJECT!;
const stream = subject.replaceAll('.', '_');

async function main(): Promise<void> {
  await pool.query(TABLES);
  const connection = await connect({ servers: process.env.NATS_URL! });
  const consumer = await createConsumer(connection);
  void consume(consumer);
  process.stdout.write('ready\n');
}

async function createConsumer(connection: NatsConnection): Promise<Consumer> {
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: stream, subjects: [subject], retention: RetentionPolicy.Workqueue });
  await manager.consumers.add(stream, {
    ...{ durable_name: 'bare', ack_policy: AckPolicy.Explicit, max_ack_pending: 100_000 },
  });
  return jetstream(connection).consumers.get(stream, 'bare');
}

// One loop fetches, so that all batches are full: a pull request that is not filled ends only after WAIT_MS.
async function consume(consumer: Consumer): Promise<void> {
  const storing = new Set<Promise<void>>();
  for (;;) {
    const batch: JsMsg[] = [];
    for await (const message of await consumer.fetch({ max_messages: BATCH, expires: WAIT_MS }))
      batch.push(message);
    if (batch.length === 0) continue;
    const stored = store(batch).finally(() => storing.delete(stored));
    storing.add(stored);
    if (storing.size === CONCURRENCY) await Promise.race(storing);
  }
}

async function store(batch: JsMsg[]): Promise<void> {
  await pool.query({ ...INSERT, values: [JSON.stringify(batch.map((message) => rowOf(message)))] });
  for (const message of batch) message.ack();
}

function rowOf(message: JsMsg) {
  const document = message.string();
  const order = JSON.parse(document) as Order;
  return {
    ...{ order_uid: order.order_uid, customer_id: order.customer_id, track_number: order.track_number },
    skus: [...new Set(order.items.map(({ sku, nm_id: number }) => sku ?? String(number)))],
    placed_at: order.date_created,
    digest: createHash('sha256').update(message.data).digest('hex'),
    document,
  };
}

void main();
