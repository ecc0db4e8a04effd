import { createHash, type Hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '@waybill/core';
import type { JobParameters, JobResult } from '@waybill/jobs';
import type { OrderDocument } from '../ingest/order-document';
import { headerOf } from '../ingest/parse-order';
import { type OrderHeaderRow, OrdersReplayRepository, type StoredEntry } from './orders-replay.repository';

const BATCH = 500;
const [FIRST_TIME, LAST_TIME] = [new Date('1000-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59Z')];

/** Rebuilds orders from the inbox, and compares them with the stored ones. */
@Injectable()
export class OrdersReplay {
  constructor(private readonly repository: OrdersReplayRepository) {}

  /**
   * Rebuilds the orders that were received between two times. Reports a digest of the rebuilt orders and a digest of
   * the stored orders, which are equal if the stored orders match the inbox. Restores the orders that differ, unless it
   * is a dry run.
   */
  async replay(
    signal: AbortSignal,
    { from, to, dry_run: dryRun = false }: JobParameters,
  ): Promise<JobResult> {
    const range = {
      from: from ? new Date(from) : FIRST_TIME,
      to: to ? new Date(to) : LAST_TIME,
      count: BATCH,
    };
    const ctx = new TransactionContext();
    const digests = { rebuilt: createHash('sha256'), stored: createHash('sha256') };
    let [position, orders, different] = ['0', 0, 0];
    for (;;) {
      signal.throwIfAborted();
      const entries = await this.repository.entriesAfter(ctx, position, range);
      const last = entries.at(-1);
      if (!last) break;
      position = last.position;
      orders += entries.length;
      const mismatches = await this.compare(ctx, entries, digests);
      different += mismatches.length;
      if (!dryRun && mismatches.length > 0) await this.repository.restore(ctx, mismatches);
    }
    const [rebuilt, stored] = [digests.rebuilt.digest('hex'), digests.stored.digest('hex')];
    return {
      orders,
      different,
      restored: dryRun ? 0 : different,
      rebuilt_digest: rebuilt,
      stored_digest: stored,
    };
  }

  /** @returns the rebuilt orders that differ from the stored ones. */
  private async compare(
    ctx: TransactionContext,
    entries: readonly StoredEntry[],
    digests: { rebuilt: Hash; stored: Hash },
  ): Promise<OrderHeaderRow[]> {
    const found = await this.repository.ordersAt(
      ctx,
      entries.map(({ position }) => position),
    );
    const stored = new Map(found.map((order) => [order.position, canonical(order)]));
    for (const text of stored.values()) digests.stored.update(text);
    return entries.flatMap((entry) => {
      const order = rebuild(entry);
      const text = canonical(order);
      digests.rebuilt.update(text);
      return stored.get(entry.position) === text ? [] : order;
    });
  }
}

function rebuild({ position, source, ownerId, document }: StoredEntry): OrderHeaderRow {
  return { ...headerOf(JSON.parse(document) as OrderDocument), position, source, ownerId };
}

/** Returns a line of JSON that is the same for equal orders. */
const canonical = (order: OrderHeaderRow): string =>
  `${JSON.stringify([
    ...[order.orderUid, order.position, order.source, order.ownerId, order.customerId],
    ...[order.trackNumber, order.skus, order.placedAt],
  ])}\n`;
