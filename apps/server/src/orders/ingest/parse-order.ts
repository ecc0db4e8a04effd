import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { parseExactly } from './exact-json';
import { type OrderDocument, orderSchema } from './order-document';
import { rejected, type Rejection } from './rejection';

/** Maximum size of a message. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;
const DAY_MS = 24 * 3_600_000;
const MAX_SKU_LENGTH = 64;

/** The fields of an order that lists show or filter by. */
export interface OrderHeader {
  orderUid: string;
  customerId: string;
  trackNumber: string;
  skus: string[];
  placedAt: Date;
}

/** An order that can be stored. */
export interface ParsedOrder extends OrderHeader {
  /** The original text of the message. */
  document: string;
}

export type OrderOrRejection = { order: ParsedOrder } | { rejection: Rejection };

let validator: ValidateFunction<OrderDocument> | undefined;

/** Compiles the schema for the first order: it takes 47 ms, and many processes never read an order. */
function orderValidator(): ValidateFunction<OrderDocument> {
  if (validator) return validator;
  const ajv = new Ajv({ strict: true });
  addFormats.default(ajv, ['date-time', 'email']);
  return (validator = ajv.compile<OrderDocument>(orderSchema));
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Parses a message of the order stream. Never throws. @param now milliseconds since 1970 */
export function parseOrder(message: Uint8Array, now = Date.now()): OrderOrRejection {
  if (message.byteLength > MAX_MESSAGE_BYTES)
    return rejected('too_large', {
      detail: `The message has ${message.byteLength} bytes. The limit is ${MAX_MESSAGE_BYTES}.`,
    });
  let text: string;
  try {
    text = utf8.decode(message);
  } catch {
    return rejected('not_utf8');
  }
  const json = parseExactly(text);
  if ('rejection' in json) return json;
  const document = json.value;
  const isOrder = orderValidator();
  if (!isOrder(document)) return { rejection: { ...invalid(isOrder.errors?.[0]), ...uidOf(document) } };
  return readDocument(document, text, now);
}

function readDocument(document: OrderDocument, text: string, now: number): OrderOrRejection {
  const placedAt = new Date(document.date_created);
  const at = { pointer: '/date_created', ...uidOf(document) };
  // A leap second has the right format, but JavaScript has no such time.
  if (Number.isNaN(placedAt.getTime()))
    return rejected('invalid_order', { detail: 'This time does not exist.', ...at });
  if (placedAt.getTime() > now + DAY_MS) return rejected('date_in_future', at);
  return { order: { ...headerOf(document), document: text } };
}

/** Returns the fields that lists need, for orders from shops and for those placed with `POST /orders`. */
export const headerOf = (document: OrderDocument): OrderHeader => ({
  orderUid: document.order_uid,
  customerId: document.customer_id,
  trackNumber: document.track_number,
  skus: skusOf(document),
  placedAt: new Date(document.date_created),
});

/** Returns the SKUs of the items: `sku` if the item has one, or else the article number `nm_id`. */
function skusOf({ items }: OrderDocument): string[] {
  const skus = items.map(({ sku, nm_id: article }) => (typeof sku === 'string' ? sku : String(article)));
  return [...new Set(skus.filter((sku) => sku.length <= MAX_SKU_LENGTH))];
}

function invalid(error: ErrorObject | undefined): Rejection {
  const missing = error?.keyword === 'required' ? `/${String(error.params['missingProperty'])}` : '';
  const pointer = `${error?.instancePath ?? ''}${missing}`;
  const detail = missing
    ? 'This field is required.'
    : `This field ${plainMessage(error?.message ?? 'is invalid')}.`;
  return { reason: 'invalid_order', detail, pointer };
}

/** Rewrites a message of Ajv, such as "must NOT have fewer than 1 characters". */
const plainMessage = (message: string): string =>
  message
    .replace('NOT have fewer than', 'have at least')
    .replace('NOT have more than', 'have at most')
    .replace('NOT', 'not')
    .replace(/\b1 (character|item)s$/, '1 $1');

function uidOf(document: unknown): { orderUid?: string } {
  const uid = (document as { order_uid?: unknown } | null)?.order_uid;
  return typeof uid === 'string' && uid.length > 0 && uid.length <= 128 ? { orderUid: uid } : {};
}
