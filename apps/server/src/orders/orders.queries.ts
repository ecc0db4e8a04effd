import { Injectable } from '@nestjs/common';
import { type Bound, cursorOwner, Cursors, type Page, type RequestContext, timeKey } from '@waybill/core';
import { z } from 'zod';
import { OrdersCache } from './orders.cache';
import type { ListOrdersQuery } from './orders.dto';
import { OrderNotFoundError } from './orders.errors';
import { type OrderRow, OrdersRepository } from './orders.repository';
import { ordersScopes } from './orders.scopes';

const cursors = new Cursors('orders', z.tuple([timeKey, z.string().min(1).max(128)]));

/** Reads the orders that the caller may see. */
@Injectable()
export class OrdersQueries {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly cache: OrdersCache,
  ) {}

  /** Returns the original document of an order. @throws OrderNotFoundError */
  async document({ principal }: RequestContext, orderUid: string): Promise<string> {
    const stored = this.cache.get(orderUid) ?? (await this.read(orderUid));
    if (!stored) throw new OrderNotFoundError();
    const isOwn = stored.ownerId !== null && principal.ownerIds.includes(stored.ownerId);
    if (!isOwn && !principal.scopes.has(ordersScopes.read.name)) throw new OrderNotFoundError();
    return stored.document;
  }

  /** Returns a page of the orders that the caller may see, newest first. */
  async list(ctx: RequestContext, { limit, cursor, ...query }: ListOrdersQuery): Promise<Page<OrderRow>> {
    const { principal } = ctx;
    const seesAll = principal.scopes.has(ordersScopes.read.name);
    const bound: Bound = { owner: seesAll ? 'all' : cursorOwner(principal), ...query };
    const after = cursors.read(cursor, bound);
    const filters = {
      ownerIds: seesAll ? undefined : principal.ownerIds,
      ...{ customerId: query.customer_id, trackNumber: query.track_number, sku: query.sku },
      ...{
        from: query.from ? new Date(query.from) : undefined,
        to: query.to ? new Date(query.to) : undefined,
      },
    };
    const position = after && { placedAt: new Date(after[0]), orderUid: after[1] };
    const rows = await this.orders.list(ctx, filters, position, limit + 1);
    return cursors.page(rows, limit, bound, ({ placedAt, orderUid }) => [placedAt.toISOString(), orderUid]);
  }

  private async read(orderUid: string) {
    const stored = await this.orders.find(orderUid);
    if (stored) this.cache.set(stored);
    return stored;
  }
}
