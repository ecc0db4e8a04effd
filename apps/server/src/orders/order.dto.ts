import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { OpenSchema } from '@waybill/openapi';

/** Where an order goes. */
@OpenSchema()
export class OrderDeliveryDto {
  /** @example "Test Testov" */
  name!: string;

  /** @example "+9720000000" */
  phone!: string;

  /** @example "2639809" */
  zip!: string;

  /** @example "Kiryat Mozkin" */
  city!: string;

  /** @example "Ploshad Mira 15" */
  address!: string;

  /** @example "Kraiot" */
  region!: string;

  /** @example "test@gmail.com" */
  email!: string;
}

/** How an order was paid. Amounts are whole numbers in the units that the shop uses. */
@OpenSchema()
export class OrderPaymentDto {
  /** @example "b563feb7b2b84b6test" */
  transaction!: string;

  /** @example "" */
  request_id!: string;

  /** @example "USD" */
  currency!: string;

  /** @example "wbpay" */
  provider!: string;

  /**
   * Whole number, in the units that the shop uses.
   * @example 1817
   */
  amount!: number;

  /**
   * Time of the payment, in seconds since 1970-01-01 UTC.
   * @example 1637907727
   */
  payment_dt!: number;

  /** @example "alpha" */
  bank!: string;

  /**
   * Whole number, in the units that the shop uses.
   * @example 1500
   */
  delivery_cost!: number;

  /**
   * Whole number, in the units that the shop uses.
   * @example 317
   */
  goods_total!: number;

  /**
   * Whole number, in the units that the shop uses.
   * @example 0
   */
  custom_fee!: number;
}

/** An item of an order from the stream. Amounts are whole numbers in the units that the shop uses. */
@OpenSchema()
export class StreamedOrderItemDto {
  /**
   * Set by the shop. Waybill does not use it.
   * @example 9934930
   */
  chrt_id!: number;

  /** @example "WBILMTESTTRACK" */
  track_number!: string;

  /**
   * Whole number, in the units that the shop uses.
   * @example 453
   */
  price!: number;

  /**
   * Set by the shop. Waybill does not use it.
   * @example "ab4219087a764ae0btest"
   */
  rid!: string;

  /** @example "Mascaras" */
  name!: string;

  /**
   * Discount in percent.
   * @example 30
   */
  sale!: number;

  /** @example "0" */
  size!: string;

  /**
   * Whole number, in the units that the shop uses.
   * @example 317
   */
  total_price!: number;

  /**
   * Article number.
   * @example 2389212
   */
  nm_id!: number;

  /** @example "Vivienne Sabo" */
  brand!: string;

  /**
   * Set by the shop. Waybill does not use it.
   * @example 202
   */
  status!: number;
}

/** A price or a total. */
export class OrderMoneyDto {
  /**
   * Decimal string with 2 decimals.
   * @example "19.90"
   */
  amount!: string;

  /** @example "USD" */
  currency!: string;
}

/** An item of an order that was placed with `POST /api/v1/orders`, as the catalog described it then. */
export class PlacedOrderItemDto {
  /** @example "ABC-1" */
  sku!: string;

  /** @example "Winter boots" */
  name!: string;

  /** @example "Nordkapp" */
  brand!: string | null;

  /** @example 1 */
  qty!: number;

  /** Price of one piece. */
  price!: OrderMoneyDto;

  /** `price` times `qty`. */
  total_price!: OrderMoneyDto;
}

/**
 * An order as it was received: every field and value of the message, unknown fields included. An order that was placed with
 * `POST /api/v1/orders` has the same fields; those that only a shop knows are null, empty or zero.
 */
@OpenSchema()
@ApiExtraModels(StreamedOrderItemDto, PlacedOrderItemDto)
export class OrderDto {
  /** @example "b563feb7b2b84b6test" */
  order_uid!: string;

  /** @example "WBILMTESTTRACK" */
  track_number!: string;

  /**
   * Set by the shop. Waybill does not use it.
   * @example "WBIL"
   */
  entry!: string;

  /** Null if the order was placed with `POST /api/v1/orders`. */
  delivery!: OrderDeliveryDto | null;

  /** Null if the order was placed with `POST /api/v1/orders`. */
  payment!: OrderPaymentDto | null;

  @ApiProperty({
    type: 'array',
    items: {
      oneOf: [StreamedOrderItemDto, PlacedOrderItemDto].map((item) => ({ $ref: getSchemaPath(item) })),
    },
  })
  items!: (StreamedOrderItemDto | PlacedOrderItemDto)[];

  /** @example "en" */
  locale!: string;

  /**
   * Set by the shop. Waybill does not use it.
   * @example ""
   */
  internal_signature!: string;

  /** @example "test" */
  customer_id!: string;

  /** @example "meest" */
  delivery_service!: string;

  /**
   * Set by the shop. Waybill does not use it.
   * @example "9"
   */
  shardkey!: string;

  /**
   * Set by the shop. Waybill does not use it.
   * @example 99
   */
  sm_id!: number;

  /** @example "2021-11-26T06:22:19Z" */
  date_created!: string;

  /**
   * Set by the shop. Waybill does not use it.
   * @example "1"
   */
  oof_shard!: string;
}
