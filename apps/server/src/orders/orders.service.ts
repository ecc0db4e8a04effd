import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditService } from '@waybill/audit';
import { type FieldError, type RequestContext, ValidationFailedError } from '@waybill/core';
import { Database } from '@waybill/database';
import Big from 'big.js';
import { v7 as uuidv7 } from 'uuid';
import { type CatalogItemForOrder, CatalogItemsService } from '../catalog';
import { OrderIngestRepository } from './ingest/order-ingest.repository';
import { headerOf } from './ingest/parse-order';
import type { OrderDto, OrderMoneyDto, PlacedOrderItemDto } from './order.dto';
import { OrdersCache } from './orders.cache';
import type { PlaceOrderDto } from './orders.dto';

/** Commands on orders. */
@Injectable()
export class OrdersService {
  constructor(
    private readonly database: Database,
    private readonly catalog: CatalogItemsService,
    private readonly inbox: OrderIngestRepository,
    private readonly cache: OrdersCache,
    private readonly audit: AuditService,
  ) {}

  /**
   * Stores an order with the current prices of its items.
   * @throws ValidationFailedError that names each item whose SKU is unknown or archived.
   */
  async place(ctx: RequestContext, dto: PlaceOrderDto): Promise<OrderDto> {
    return this.database.transaction(ctx, async () => {
      const order = orderOf(dto, await this.itemsOf(ctx, dto));
      const document = JSON.stringify(order);
      const { ownerId } = ctx.principal;
      const digest = createHash('sha256').update(document).digest('hex');
      await this.inbox.store(ctx, [{ ...headerOf(order), source: 'api', ownerId, document, digest }]);
      await this.audit.record(ctx, {
        action: 'order.placed',
        target: { kind: 'order', id: order.order_uid },
      });
      this.database.afterCommit(ctx, () => this.cache.set({ orderUid: order.order_uid, ownerId, document }));
      return order;
    });
  }

  private async itemsOf(ctx: RequestContext, { items }: PlaceOrderDto): Promise<PlacedOrderItemDto[]> {
    const found = await this.catalog.findForOrder(ctx, [...new Set(items.map(({ sku }) => sku))]);
    const bySku = new Map(found.map((item) => [item.sku, item]));
    const faults: FieldError[] = [];
    const placed = items.flatMap(({ sku, qty }, n) => {
      const item = bySku.get(sku);
      const fault = faultOf(item);
      if (fault) faults.push({ ...fault, pointer: `/items/${n}/sku` });
      return item && !fault ? placedItem(item, qty) : [];
    });
    if (faults.length > 0) throw new ValidationFailedError(faults);
    return placed;
  }
}

function faultOf(item: CatalogItemForOrder | undefined): Omit<FieldError, 'pointer'> | undefined {
  if (!item) return { code: 'unknown_sku', detail: 'There is no item with this SKU in the catalog.' };
  if (item.archivedAt) return { code: 'archived_sku', detail: 'The item with this SKU is archived.' };
  return undefined;
}

function placedItem(item: CatalogItemForOrder, qty: number): PlacedOrderItemDto {
  const { sku, name, brand, priceAmount: amount, priceCurrency: currency } = item;
  const total = new Big(amount).times(qty).toFixed(2);
  return { sku, name, brand, qty, price: { amount, currency }, total_price: { amount: total, currency } };
}

/** Sums the totals of each currency. */
function totalsOf(items: readonly PlacedOrderItemDto[]): OrderMoneyDto[] {
  const sums = new Map<string, Big>();
  for (const { total_price: total } of items)
    sums.set(total.currency, (sums.get(total.currency) ?? new Big(0)).plus(total.amount));
  return [...sums].toSorted().map(([currency, sum]) => ({ amount: sum.toFixed(2), currency }));
}

// The fields that only a shop knows are empty or zero, so that clients read all orders in the same way.
function orderOf({ user_id: userId }: PlaceOrderDto, items: PlacedOrderItemDto[]): OrderDto {
  return {
    ...{ order_uid: uuidv7(), track_number: '', entry: '', delivery: null, payment: null, items },
    ...{ locale: '', internal_signature: '', customer_id: String(userId), delivery_service: '' },
    ...{ shardkey: '', sm_id: 0, date_created: new Date().toISOString(), oof_shard: '' },
    ...{ source: 'api', totals: totalsOf(items) },
  };
}
