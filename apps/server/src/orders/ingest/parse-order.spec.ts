import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOrder } from './parse-order';

const text = readFileSync(join(__dirname, '../fixtures/model.json'), 'utf8');
interface Sample {
  delivery: Record<string, unknown>;
  payment: Record<string, unknown>;
  items: [Record<string, unknown>];
  [field: string]: unknown;
}
const sample = (): Sample => JSON.parse(text) as Sample;
const read = (message: string | Buffer, now?: number) => parseOrder(Buffer.from(message as string), now);
const reasonOf = (message: string | Buffer) => {
  const result = read(message);
  return 'rejection' in result ? result.rejection.reason : 'accepted';
};
function changed(change: (order: Sample) => void): string {
  const order = sample();
  change(order);
  return JSON.stringify(order);
}

describe('parseOrder', () => {
  it('accepts the public sample without changing it', () => {
    expect(read(text)).toEqual({
      order: {
        orderUid: 'b563feb7b2b84b6test',
        customerId: 'test',
        trackNumber: 'WBILMTESTTRACK',
        skus: ['2389212'],
        placedAt: new Date('2021-11-26T06:22:19Z'),
        document: text,
      },
    });
  });

  it('accepts unknown fields at every level', () => {
    const message = changed((order) => {
      order['gift'] = { wrapped: true };
      order.delivery['floor'] = 3;
      order.items[0]['sku'] = 'ABC-1';
    });
    expect(read(message)).toMatchObject({ order: { skus: ['ABC-1'], document: message } });
  });

  it.each(Object.keys(sample()))('rejects an order without %s, and names it', (field) => {
    expect(read(changed((order) => delete order[field]))).toMatchObject({
      rejection: { reason: 'invalid_order', pointer: `/${field}` },
    });
  });

  it.each([
    ['/items', []],
    ['/items/0/price', -1],
    ['/items/0/price', '453'],
    ['/items/0/total_price', 3.5],
    ['/items/0/sale', 101],
    ['/payment/amount', -0.5],
    ['/payment/currency', 'usd'],
    ['/payment/payment_dt', null],
    ['/delivery/email', 'nobody'],
    ['/delivery/phone', 'call me'],
    ['/delivery', []],
    ['/date_created', '26.11.2021'],
    ['/date_created', '2021-02-30T00:00:00Z'],
    ['/date_created', '0000-01-01T00:00:00Z'],
    ['/date_created', '2016-12-31T23:59:60Z'],
    ['/order_uid', 'x'.repeat(129)],
    ['/order_uid', 'a\tb'],
    ['/customer_id', ''],
  ])('rejects %s: %j', (pointer, value) => {
    const message = changed((order) => {
      const [field, ...parents] = pointer.slice(1).split('/').toReversed();
      const parent = parents.toReversed().reduce((part, key) => part[key] as Sample, order);
      parent[field as string] = value;
    });
    expect(read(message)).toMatchObject({ rejection: { reason: 'invalid_order', pointer } });
  });

  it('returns the UID of a rejected order', () => {
    expect(read(changed((order) => (order['locale'] = 1)))).toMatchObject({
      rejection: { orderUid: 'b563feb7b2b84b6test' },
    });
  });

  it('rejects an order that is dated more than a day in the future', () => {
    const now = Date.parse('2021-11-25T06:22:19Z');
    expect(read(text, now)).toHaveProperty('order');
    expect(read(text, now - 1)).toMatchObject({
      rejection: { reason: 'date_in_future', pointer: '/date_created', orderUid: 'b563feb7b2b84b6test' },
    });
  });

  it.each([
    ['an empty message', '', 'malformed_json'],
    ['JSON that breaks off', '{"order_uid":', 'malformed_json'],
    ['two documents', '{}{}', 'malformed_json'],
    ['a byte order mark', '\u{FEFF}{}', 'malformed_json'],
    ['a NUL byte', '{"a":"\0"}', 'malformed_json'],
    ['a list', '[]', 'invalid_order'],
    ['null', 'null', 'invalid_order'],
    ['a number', '1', 'invalid_order'],
    ['an escaped NUL', String.raw`{"a":"\u0000"}`, 'unsafe_text'],
    ['an escaped NUL in a key', String.raw`{"\u0000":1}`, 'unsafe_text'],
    ['a lone surrogate', String.raw`{"a":["\ud800"]}`, 'unsafe_text'],
    ['a key twice', '{"a":1,"a":1}', 'duplicate_key'],
    ['a key twice, once escaped', String.raw`{"b":[{"a":1,"\u0061":2}]}`, 'duplicate_key'],
    ['a whole number beyond 2^53', '{"a":9007199254740993}', 'number_out_of_range'],
    ['a negative one', '[-9007199254740993]', 'number_out_of_range'],
    ['a number beyond a double', '{"a":1e400}', 'number_out_of_range'],
    ['a number that becomes zero', '{"a":1e-400}', 'number_out_of_range'],
    ['too many digits', '{"a":0.1234567890123456789}', 'number_out_of_range'],
  ])('rejects %s', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason);
  });

  it.each([
    ['keys and colons inside strings', String.raw`{"a":"\"a\":1,\"a\":2","b":[":",":"],"c":"\\"}`],
    [
      'the largest safe numbers',
      '{"a":[9007199254740991,-9007199254740991,0.123456789012345,1e22,-0,0.0e0]}',
    ],
    ['equal keys of different objects', '{"a":{"x":1},"b":[{"x":1},{"x":1}]}'],
    ['a key named __proto__', '{"__proto__":{"x":1}}'],
    ['digits in strings', '{"a":"9007199254740993"}'],
  ])('parses JSON with %s', (_, message) => {
    expect(reasonOf(message)).toBe('invalid_order');
  });

  it.each([
    ['UTF-16', Buffer.from(text, 'utf16le')],
    ['windows-1251', Buffer.from([0x7b, 0x22, 0xcf, 0xf0, 0x22, 0x7d])],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0x80, 0x22])],
  ])('rejects %s', (_, message) => {
    expect(['not_utf8', 'malformed_json']).toContain(reasonOf(message));
  });

  it('rejects 10 MB, and 100,000 levels, without parsing them', () => {
    expect(reasonOf(Buffer.alloc(10_000_000, 0x20))).toBe('too_large');
    expect(reasonOf('['.repeat(100_000) + ']'.repeat(100_000))).toBe('too_deep');
  });
});
