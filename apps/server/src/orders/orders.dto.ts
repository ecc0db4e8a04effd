import { ApiProperty } from '@nestjs/swagger';
import { IsText, IsTimestamp, IsWholeNumber, ListQuery, Optional } from '@waybill/http';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, ValidateNested } from 'class-validator';
import { type OrderSource, orderSources } from './order.entity';
import type { OrderRow } from './orders.repository';

const MAX_ITEMS = 200;
const MAX_QUANTITY = 10_000;

/** A product and its quantity. */
export class NewOrderItemDto {
  /**
   * SKU of a catalog item that is not archived.
   * @example "ABC-1"
   */
  @IsText(1, 64)
  sku!: string;

  /** @example 1 */
  @IsWholeNumber(1, MAX_QUANTITY)
  qty!: number;
}

/** An order to place. */
export class PlaceOrderDto {
  /**
   * ID of the user in the shop. It is stored as the order's `customer_id`, without checking that the user exists.
   * @example 123
   */
  @IsWholeNumber(1, Number.MAX_SAFE_INTEGER)
  user_id!: number;

  @ApiProperty({ minItems: 1, maxItems: MAX_ITEMS })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_ITEMS)
  @ValidateNested({ each: true })
  @Type(() => NewOrderItemDto)
  items!: NewOrderItemDto[];
}

/** Filters for a list of orders. */
export class ListOrdersQuery extends ListQuery {
  /** Return only orders with this `customer_id`. */
  @Optional()
  @IsText(1, 128)
  customer_id?: string;

  /** Return only orders with this track number. */
  @Optional()
  @IsText(1, 128)
  track_number?: string;

  /** Return only orders that contain this SKU. The SKU of an item is its `sku`, or its article number `nm_id` if it has no `sku`. */
  @Optional()
  @IsText(1, 64)
  sku?: string;

  /** Return only orders whose `date_created` is at or after this time. */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  from?: string;

  /** Return only orders whose `date_created` is before this time. */
  @ApiProperty({ format: 'date-time' })
  @Optional()
  @IsTimestamp()
  to?: string;
}

/** An order in a list. */
export class OrderSummaryDto {
  /** @example "b563feb7b2b84b6test" */
  order_uid!: string;

  /**
   * `stream`: received from a shop. `api`: placed with `POST /api/v1/orders`. `redrive`: stored by redriving a dead letter.
   * @example "stream"
   */
  @ApiProperty({ enum: orderSources, enumName: 'OrderSource' })
  source!: OrderSource;

  /** @example "test" */
  customer_id!: string;

  /** @example "WBILMTESTTRACK" */
  track_number!: string;

  /**
   * SKUs of the items, each listed once.
   * @example ["2389212"]
   */
  skus!: string[];

  /** @example "2021-11-26T06:22:19.000Z" */
  date_created!: Date;
}

/** A page of orders. */
export class OrderPage {
  items!: OrderSummaryDto[];

  /** Pass it as `cursor` to get the next page. Null on the last page. */
  next_cursor!: string | null;
}

export const toOrderSummaryDto = (row: OrderRow): OrderSummaryDto => ({
  order_uid: row.orderUid,
  source: row.source,
  customer_id: row.customerId,
  track_number: row.trackNumber,
  skus: row.skus,
  date_created: row.placedAt,
});
