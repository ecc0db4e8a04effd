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
import { MAX_MESSAGE_BYTES, type ParsedOrder, parseOrder } from './parse-order';
import { rejected, type Rejection } from './rejection';

/** A dead letter keeps this many bytes of a message that is too large. */
const MAX_KEPT_BYTES = 64 * 1024;

/** Outcome of a message. */
export interface IngestResult {
  outcome: 'stored' | 'repeated' | 'rejected';
  /** Set if it was rejected. */
  rejection?: Rejection;
}

interface ParsedMessage {
  message: Uint8Array;
  digest: string;
  result: { order: ParsedOrder } | { rejection: Rejection };
}

/** Stores the messages of the order stream. Each becomes an order or a dead letter, or repeats a stored order. */
@Injectable()
export class OrderIngest {
  private readonly logger = new Logger(OrderIngest.name);

  constructor(
    private readonly database: Database,
    private readonly repository: OrderIngestRepository,
    private readonly cache: OrdersCache,
  ) {}

  /**
   * Ingests messages of the stream in one transaction. If PostgreSQL refuses the data of a message, splits the batch in
   * halves until that message is alone. It then becomes a dead letter.
   * @throws the error of PostgreSQL if it is unavailable, out of resources, or found a deadlock. The failed part is
   *   then rolled back, and its messages can be ingested again.
   */
  async ingest(messages: readonly Uint8Array[]): Promise<IngestResult[]> {
    return this.ingestParsed(messages.map((message) => parseMessage(message)));
  }

  /** Ingests one message in the context's transaction. Returns a rejection instead of adding a dead letter. */
  async ingestOne(ctx: TransactionContext, message: Uint8Array, source: OrderSource): Promise<IngestResult> {
    const parsed = parseMessage(message);
    return this.database.transaction(ctx, async () => {
      await this.database.execute(ctx, 'SAVEPOINT ingest');
      try {
        return (await this.settle(ctx, [parsed], source))[0] as IngestResult;
      } catch (error) {
        if (!isInvalidData(error)) throw error;
        await this.database.execute(ctx, 'ROLLBACK TO SAVEPOINT ingest');
        return { outcome: 'rejected', rejection: unstorable(parsed) };
      }
    });
  }

  private async ingestParsed(messages: readonly ParsedMessage[]): Promise<IngestResult[]> {
    const ctx = new TransactionContext();
    try {
      return await this.database.transaction(ctx, async () => {
        const ingested = await this.settle(ctx, messages, 'stream');
        await this.repository.addDeadLetters(ctx, deadLettersOf(messages, ingested));
        this.database.afterCommit(ctx, () => countMessages(ingested.map(({ outcome }) => outcome)));
        return ingested;
      });
    } catch (error) {
      if (!isInvalidData(error)) throw error;
      const [only] = messages;
      if (messages.length > 1 || !only) return this.ingestHalves(messages);
      if ('rejection' in only.result) throw error;
      this.logger.error(`PostgreSQL refused an order: ${(error as Error).message}`);
      return this.ingestParsed([{ ...only, result: { rejection: unstorable(only) } }]);
    }
  }

  private async ingestHalves(messages: readonly ParsedMessage[]): Promise<IngestResult[]> {
    const middle = Math.ceil(messages.length / 2);
    const first = await this.ingestParsed(messages.slice(0, middle));
    return [...first, ...(await this.ingestParsed(messages.slice(middle)))];
  }

  // Stores the new orders. Compares the other messages with the stored orders, and records them in the inbox.
  private async settle(
    ctx: TransactionContext,
    messages: readonly ParsedMessage[],
    source: OrderSource,
  ): Promise<IngestResult[]> {
    const orders = messages.flatMap((message) => newOrderOf(message, source));
    const stored = new Set(await this.repository.store(ctx, orders));
    const settled = messages.map(({ result }): IngestResult | undefined => {
      if ('rejection' in result) return { outcome: 'rejected', rejection: result.rejection };
      // Of several messages with the same new UID, the first was stored.
      return stored.delete(result.order.orderUid) ? { outcome: 'stored' } : undefined;
    });
    const known = messages.flatMap(({ result }, n) =>
      !settled[n] && 'order' in result ? result.order.orderUid : [],
    );
    this.database.afterCommit(ctx, () => this.cacheStored(messages, settled));
    const documents = await this.repository.documentsOf(ctx, known);
    const ingested = messages.map(
      ({ result }, n) => settled[n] ?? compare(result as { order: ParsedOrder }, documents),
    );
    await this.repository.record(ctx, unstoredOf(messages, ingested, source));
    return ingested;
  }

  private cacheStored(
    messages: readonly ParsedMessage[],
    settled: readonly (IngestResult | undefined)[],
  ): void {
    for (const [n, { result }] of messages.entries())
      if (settled[n]?.outcome === 'stored' && 'order' in result) {
        const { orderUid, document } = result.order;
        this.cache.set({ orderUid, document, ownerId: null });
      }
  }
}

function parseMessage(message: Uint8Array): ParsedMessage {
  return { message, digest: createHash('sha256').update(message).digest('hex'), result: parseOrder(message) };
}

function newOrderOf({ result, digest }: ParsedMessage, source: OrderSource): NewOrder[] {
  return 'order' in result ? [{ ...result.order, source, ownerId: null, digest }] : [];
}

// Compares the parsed documents, so that white space and the order of the fields do not matter.
function compare({ order }: { order: ParsedOrder }, documents: ReadonlyMap<string, string>): IngestResult {
  const known = documents.get(order.orderUid);
  if (known === undefined) throw new Error(`Order ${order.orderUid} was neither stored nor found`);
  if (known === order.document || isDeepStrictEqual(JSON.parse(known), JSON.parse(order.document)))
    return { outcome: 'repeated' };
  return {
    outcome: 'rejected',
    ...rejected('order_conflict', { pointer: '/order_uid', orderUid: order.orderUid }),
  };
}

const unstorable = ({ result }: ParsedMessage): Rejection =>
  rejected('unstorable', 'order' in result ? { orderUid: result.order.orderUid } : {}).rejection;

function unstoredOf(
  messages: readonly ParsedMessage[],
  ingested: readonly IngestResult[],
  source: OrderSource,
) {
  return messages.flatMap(({ digest, result }, n) => {
    const { outcome, rejection } = ingested[n] as IngestResult;
    if (outcome === 'stored') return [];
    return [
      { source, digest, outcome, orderUid: 'order' in result ? result.order.orderUid : rejection?.orderUid },
    ];
  });
}

function deadLettersOf(
  messages: readonly ParsedMessage[],
  ingested: readonly IngestResult[],
): NewDeadLetter[] {
  return messages.flatMap(({ message, digest }, n) => {
    const rejection = ingested[n]?.rejection;
    if (!rejection) return [];
    const kept = message.byteLength > MAX_MESSAGE_BYTES ? message.subarray(0, MAX_KEPT_BYTES) : message;
    const { reason, detail, pointer, orderUid } = rejection;
    return [
      {
        ...{ id: uuidv7(), digest, reason, detail, pointer, orderUid, size: message.byteLength },
        message: Buffer.from(kept).toString('hex'),
      },
    ];
  });
}
