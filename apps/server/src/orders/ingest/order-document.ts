/** The fields of an order that Waybill reads. Other fields are allowed, and are stored too. */
export interface OrderDocument {
  order_uid: string;
  track_number: string;
  customer_id: string;
  date_created: string;
  items: { sku?: unknown; nm_id?: number }[];
}

const text = (minLength: number, maxLength: number) => ({ type: 'string', minLength, maxLength });
const amount = { type: 'integer', minimum: 0 };
const identifier = { type: 'integer', minimum: 0 };
const object = (properties: Record<string, object>) => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
});

/**
 * JSON Schema of a message of the order stream. Every field of the public order model is required. Unknown fields are
 * allowed. The amounts are whole numbers, in the units that the shop uses.
 */
export const orderSchema = object({
  // Has the same maximum length as `order_uid` of a package. No control characters, so that it can be shown and sent in
  // a URL.
  order_uid: { ...text(1, 128), pattern: String.raw`^[^\u0000-\u001f\u007f]+$` },
  track_number: text(1, 128),
  entry: text(1, 128),
  delivery: object({
    name: text(1, 512),
    phone: { type: 'string', pattern: String.raw`^\+?[0-9][0-9 ().-]{3,30}$` },
    zip: text(1, 32),
    city: text(1, 256),
    address: text(1, 1024),
    region: text(0, 256),
    email: { ...text(3, 254), format: 'email' },
  }),
  payment: object({
    transaction: text(1, 128),
    request_id: text(0, 128),
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
    provider: text(1, 128),
    amount,
    payment_dt: { type: 'integer', minimum: 0 },
    bank: text(0, 128),
    delivery_cost: amount,
    goods_total: amount,
    custom_fee: amount,
  }),
  items: {
    type: 'array',
    minItems: 1,
    maxItems: 1000,
    items: object({
      chrt_id: identifier,
      track_number: text(1, 128),
      price: amount,
      rid: text(1, 128),
      name: text(1, 512),
      // A percentage.
      sale: { type: 'integer', minimum: 0, maximum: 100 },
      size: text(0, 64),
      total_price: amount,
      nm_id: identifier,
      brand: text(0, 256),
      status: { type: 'integer' },
    }),
  },
  locale: text(0, 32),
  internal_signature: text(0, 1024),
  customer_id: text(1, 128),
  delivery_service: text(0, 128),
  shardkey: text(0, 64),
  sm_id: { type: 'integer' },
  date_created: { type: 'string', format: 'date-time', pattern: '^(?!0000)' },
  oof_shard: text(0, 64),
});
