import { createHash } from 'node:crypto';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { uniformInt } from 'pure-rand/distribution/uniformInt';

/** Kind of a generated message. A `conflict` has the UID of an earlier order, but other content. */
export type Kind = 'new' | 'repeat' | 'conflict' | 'invalid';

export interface GeneratedMessage {
  kind: Kind;
  /** UID of the order. An invalid message was made from the order with this UID. */
  orderUid: string;
  body: Buffer;
}

/** `invalid`, `duplicates` and `conflicts` are fractions from 0 to 1. */
export interface GeneratorOptions {
  seed: number;
  count: number;
  invalid: number;
  duplicates: number;
  conflicts: number;
}

interface Item {
  chrt_id: number;
  track_number: string;
  price: number;
  rid: string;
  name: string;
  sale: number;
  size: string;
  total_price: number;
  nm_id: number;
  brand: string;
  status: number;
}

const FIRST_DATE = Date.parse('2026-01-01T00:00:00Z');
/** Only the latest orders are duplicated, so that memory stays bounded. */
const MAX_REMEMBERED_ORDERS = 1_000;
const PERCENT = 100;
const MILLION = 1_000_000;

const CITIES = ['Kiryat Mozkin', 'Москва', 'Almaty', 'Ереван', 'Minsk'] as const;
const NAMES = ['Test Testov', 'Вера Орлова', 'Aigerim Bekova', 'Ани Акопян', 'Jan Kowalski'] as const;
const GOODS = ['Mascaras', 'Winter boots', 'Чайник', 'Phone case', 'Детская книга'] as const;
const BRANDS = ['Vivienne Sabo', 'Waybill', 'Самокат', 'Nordica', ''] as const;
const CURRENCIES = ['USD', 'RUB', 'EUR', 'KZT'] as const;
const SALES = [0, 10, 30, 50] as const;

/** Functions that make an order invalid. */
const DEFECTS: readonly ((order: Record<string, unknown>) => string)[] = [
  (order) => JSON.stringify(order).slice(0, -20),
  (order) => JSON.stringify({ ...order, items: [] }),
  (order) => JSON.stringify({ ...order, customer_id: undefined }),
  (order) => JSON.stringify({ ...order, payment: { ...(order['payment'] as object), amount: -1 } }),
  (order) => JSON.stringify({ ...order, date_created: 'yesterday' }),
  (order) => JSON.stringify(order).replace('"entry":', '"entry":"WBIL","entry":'),
  (order) => JSON.stringify({ ...order, delivery: { ...(order['delivery'] as object), email: 'nobody' } }),
];

/** Generates messages of the order stream. The same options generate the same messages. */
export function* generateOrders(options: GeneratorOptions): Generator<GeneratedMessage> {
  const random = new Random(options.seed);
  const latest: { orderUid: string; body: Buffer }[] = [];
  for (let n = 0; n < options.count; n++) {
    const kind = kindOf(random, options, latest.length > 0);
    const known = kind === 'repeat' || kind === 'conflict' ? random.pick(latest) : undefined;
    if (kind === 'repeat' && known) yield { kind, ...known };
    else if (kind === 'conflict' && known) yield conflictOf(known, n);
    else if (kind === 'invalid') yield invalidOrder(random, n, options.seed);
    else {
      const order = orderOf(random, n, options.seed);
      const made = { orderUid: order.order_uid, body: Buffer.from(JSON.stringify(order)) };
      if (latest.push(made) > MAX_REMEMBERED_ORDERS) latest.shift();
      yield { kind: 'new', ...made };
    }
  }
}

function kindOf(
  random: Random,
  { invalid, duplicates, conflicts }: GeneratorOptions,
  hasKnown: boolean,
): Kind {
  const share = random.integerUpTo(MILLION - 1) / MILLION;
  if (share < invalid) return 'invalid';
  if (!hasKnown) return 'new';
  if (share < invalid + duplicates) return 'repeat';
  return share < invalid + duplicates + conflicts ? 'conflict' : 'new';
}

function conflictOf({ orderUid, body }: { orderUid: string; body: Buffer }, n: number): GeneratedMessage {
  const order = JSON.parse(body.toString()) as object;
  return {
    kind: 'conflict',
    orderUid,
    body: Buffer.from(JSON.stringify({ ...order, shardkey: `other-${n}` })),
  };
}

function invalidOrder(random: Random, n: number, seed: number): GeneratedMessage {
  const order = orderOf(random, n, seed);
  const body = Buffer.from(random.pick(DEFECTS)(order));
  return { kind: 'invalid', orderUid: order.order_uid, body };
}

function orderOf(random: Random, n: number, seed: number) {
  const orderUid = `${createHash('md5').update(`${seed}/${n}`).digest('hex').slice(0, 16)}wb${n}`;
  const trackNumber = `WB${seed}TRACK${n}`;
  const items = Array.from({ length: 1 + random.integerUpTo(3) }, () => itemOf(random, trackNumber));
  const goods = items.reduce((sum, { total_price: price }) => sum + price, 0);
  const delivery = 300 + random.integerUpTo(1_500);
  const placed = FIRST_DATE + n * 1_000;
  const customer = random.integerUpTo(9_999);
  return {
    ...{ order_uid: orderUid, track_number: trackNumber, entry: 'WBIL' },
    delivery: deliveryOf(random, customer),
    payment: {
      ...{ transaction: orderUid, request_id: '', currency: random.pick(CURRENCIES), provider: 'wbpay' },
      ...{ amount: goods + delivery, payment_dt: Math.floor(placed / 1_000), bank: 'alpha' },
      ...{ delivery_cost: delivery, goods_total: goods, custom_fee: 0 },
    },
    items,
    ...{ locale: 'en', internal_signature: '', customer_id: `customer-${customer}` },
    ...{ delivery_service: 'meest', shardkey: String(random.integerUpTo(9)), sm_id: random.integerUpTo(99) },
    ...{ date_created: new Date(placed).toISOString(), oof_shard: String(1 + random.integerUpTo(1)) },
  };
}

function deliveryOf(random: Random, customer: number) {
  return {
    name: random.pick(NAMES),
    phone: `+7${9_000_000_000 + random.integerUpTo(999_999_999)}`,
    zip: String(100_000 + random.integerUpTo(899_999)),
    city: random.pick(CITIES),
    address: `Ploshad Mira ${1 + random.integerUpTo(99)}`,
    region: 'Kraiot',
    email: `customer-${customer}@example.com`,
  };
}

function itemOf(random: Random, trackNumber: string): Item {
  const price = 100 + random.integerUpTo(50_000);
  const sale = random.pick(SALES);
  return {
    ...{ chrt_id: random.integerUpTo(9_999_999), track_number: trackNumber, price },
    ...{
      rid: `${random.integerUpTo(MILLION)}rid`,
      name: random.pick(GOODS),
      sale,
      size: String(random.integerUpTo(50)),
    },
    total_price: Math.floor((price * (PERCENT - sale)) / PERCENT),
    ...{ nm_id: 1_000_000 + random.integerUpTo(50_000), brand: random.pick(BRANDS), status: 202 },
  };
}

/** Random numbers from a seed. */
class Random {
  private readonly generator: RandomGenerator;

  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed);
  }

  /** Returns a whole number from 0 to `max`. */
  integerUpTo(max: number): number {
    return uniformInt(this.generator, 0, max);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.integerUpTo(list.length - 1)] as T;
  }
}
