import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Injectable, Logger } from '@nestjs/common';
import { TransactionContext } from '@waybill/core';
import { Database, isInvalidData } from '@waybill/database';
import { v7 as uuidv7 } from 'uuid';
import type { OrderSource } from '../order.entity';
import { OrdersCache } from '../orders.cache';
import { countMessages } from '../orders.metrics';
import { type NewDeadLetter, type NewOrder, OrderIngestRepository } from './order-ingest.repository';
import { MAX_MESSAGE_BYTES, type ReadOrder, readOrder } from './read-order';
import type { Rejection } from './rejection';

/** Bytes of a message that is too large which its dead letter keeps. */
const KEPT_BYTES = 64 * 1024;

/** A message, and what became of it. */
export interface Ingested {
  outcome: 'stored' | 'repeated' | 'rejected';
  /** Set if it was rejected. */
  rejection?: Rejection;
}

interface Reading {
  message: Uint8Array;
  digest: string;
  read: { order: ReadOrder } | { rejection: Rejection };
}

/** Stores the messages of the order stream: each becomes an order, repeats one, or becomes a dead letter. */
@Injectable()
export class OrderIngest {
  private readonly logger = new Logger(OrderIngest.name);

  constructor(
    private readonly database: Database,
    private readonly repository: OrderIngestRepository,
    private readonly cache: OrdersCache,
  ) {}

  /**
   * Ingests messages of the stream in one transaction. If PostgreSQL refuses the data of one, ingests the halves of the
   * batch on their own, until that message is alone and becomes a dead letter.
   * @throws the error if PostgreSQL is unavailable, out of resources, or found a deadlock. Nothing of the failed part is
   *   stored then, and the messages may be ingested again.
   */
  async ingest(messages: readonly Uint8Array[]): Promise<Ingested[]> {
    const readings = messages.map((message) => readingOf(message));
    return this.ingestReadings(readings);
  }

  /** Ingests one message in the context's transaction. A rejection is returned, and makes no dead letter. */
  async ingestOne(ctx: TransactionContext, message: Uint8Array, source: OrderSource): Promise<Ingested> {
    const reading = readingOf(message);
    return this.database.transaction(ctx, async () => {
      await this.database.execute(ctx, 'SAVEPOINT ingest');
      try {
        return (await this.settle(ctx, [reading], source))[0] as Ingested;
      } catch (error) {
        if (!isInvalidData(error)) throw error;
        await this.database.execute(ctx, 'ROLLBACK TO SAVEPOINT ingest');
        return { outcome: 'rejected', rejection: unstorable(reading) };
      }
    });
  }

  private async ingestReadings(readings: readonly Reading[]): Promise<Ingested[]> {
    const ctx = new TransactionContext();
    try {
      return await this.database.transaction(ctx, async () => {
        const ingested = await this.settle(ctx, readings, 'stream');
        await this.repository.addDeadLetters(ctx, lettersOf(readings, ingested));
        this.database.afterCommit(ctx, () => countMessages(ingested.map(({ outcome }) => outcome)));
        return ingested;
      });
    } catch (error) {
      if (!isInvalidData(error)) throw error;
      const [only] = readings;
      if (readings.length > 1 || !only) return this.ingestHalves(readings);
      if ('rejection' in only.read) throw error;
      this.logger.error(`PostgreSQL refused an order: ${(error as Error).message}`);
      return this.ingestReadings([{ ...only, read: { rejection: unstorable(only) } }]);
    }
  }

  private async ingestHalves(readings: readonly Reading[]): Promise<Ingested[]> {
    const middle = Math.ceil(readings.length / 2);
    const first = await this.ingestReadings(readings.slice(0, middle));
    return [...first, ...(await this.ingestReadings(readings.slice(middle)))];
  }

  // Stores what is new, compares the others with the stored orders, and records those in the inbox.
  private async settle(
    ctx: TransactionContext,
    readings: readonly Reading[],
    source: OrderSource,
  ): Promise<Ingested[]> {
    const orders = readings.flatMap((reading) => newOrderOf(reading, source));
    const stored = new Set(await this.repository.store(ctx, orders));
    const settled = readings.map(({ read }): Ingested | undefined => {
      if ('rejection' in read) return { outcome: 'rejected', rejection: read.rejection };
      // The first of several messages with a new UID is the one that was stored.
      return stored.delete(read.order.orderUid) ? { outcome: 'stored' } : undefined;
    });
    const known = readings.flatMap(({ read }, n) =>
      !settled[n] && 'order' in read ? read.order.orderUid : [],
    );
    this.database.afterCommit(ctx, () => this.cacheStored(readings, settled));
    const documents = await this.repository.documentsOf(ctx, known);
    const ingested = readings.map(
      ({ read }, n) => settled[n] ?? compare(read as { order: ReadOrder }, documents),
    );
    await this.repository.record(ctx, unstoredOf(readings, ingested, source));
    return ingested;
  }

  private cacheStored(readings: readonly Reading[], settled: readonly (Ingested | undefined)[]): void {
    for (const [n, { read }] of readings.entries())
      if (settled[n]?.outcome === 'stored' && 'order' in read) {
        const { orderUid, document } = read.order;
        this.cache.set({ orderUid, document, ownerId: null });
      }
  }
}

function readingOf(message: Uint8Array): Reading {
  return { message, digest: createHash('sha256').update(message).digest('hex'), read: readOrder(message) };
}

function newOrderOf({ read, digest }: Reading, source: OrderSource): NewOrder[] {
  return 'order' in read ? [{ ...read.order, source, ownerId: null, digest }] : [];
}

// Compares the parsed documents: other white space or another order of the fields is no other content.
function compare({ order }: { order: ReadOrder }, documents: ReadonlyMap<string, string>): Ingested {
  const known = documents.get(order.orderUid);
  if (known === undefined) throw new Error(`Order ${order.orderUid} was neither stored nor found`);
  if (known === order.document || isDeepStrictEqual(JSON.parse(known), JSON.parse(order.document)))
    return { outcome: 'repeated' };
  return {
    outcome: 'rejected',
    rejection: {
      reason: 'order_conflict',
      detail: 'An order with the same UID but different content is already stored.',
      pointer: '/order_uid',
      orderUid: order.orderUid,
    },
  };
}

const unstorable = ({ read }: Reading): Rejection => ({
  reason: 'unstorable',
  detail: 'The database rejected the order.',
  ...('order' in read && { orderUid: read.order.orderUid }),
});

function unstoredOf(readings: readonly Reading[], ingested: readonly Ingested[], source: OrderSource) {
  return readings.flatMap(({ digest, read }, n) => {
    const { outcome, rejection } = ingested[n] as Ingested;
    if (outcome === 'stored') return [];
    return [
      { source, digest, outcome, orderUid: 'order' in read ? read.order.orderUid : rejection?.orderUid },
    ];
  });
}

function lettersOf(readings: readonly Reading[], ingested: readonly Ingested[]): NewDeadLetter[] {
  return readings.flatMap(({ message, digest }, n) => {
    const rejection = ingested[n]?.rejection;
    if (!rejection) return [];
    const kept = message.byteLength > MAX_MESSAGE_BYTES ? message.subarray(0, KEPT_BYTES) : message;
    const { reason, detail, pointer, orderUid } = rejection;
    return [
      {
        ...{ id: uuidv7(), digest, reason, detail, pointer, orderUid, size: message.byteLength },
        message: Buffer.from(kept).toString('hex'),
      },
    ];
  });
}
