import { parseOrder } from '../../apps/server/src/orders/ingest/parse-order';
import { generateOrders, type GeneratorOptions, type Kind } from '../../apps/producer/src/generate-orders';

const options: GeneratorOptions = {
  seed: 42,
  count: 3_000,
  invalid: 0.02,
  duplicates: 0.05,
  conflicts: 0.01,
};

describe('generateOrders', () => {
  const messages = [...generateOrders(options)];
  const of = (kind: Kind) => messages.filter((message) => message.kind === kind);

  it('generates the same messages from the same seed, and others from another', () => {
    const text = (all: Iterable<{ body: Buffer }>) => Array.from(all, ({ body }) => body.toString());
    expect(text(generateOrders(options))).toEqual(text(messages));
    expect(text(generateOrders({ ...options, seed: 43 }))).not.toEqual(text(messages));
  });

  it.each<[Kind, number]>([
    ['invalid', 0.02],
    ['repeat', 0.05],
    ['conflict', 0.01],
  ])('generates about the wanted share of kind %s', (kind, share) => {
    expect(of(kind).length / messages.length).toBeGreaterThan(share * 0.7);
    expect(of(kind).length / messages.length).toBeLessThan(share * 1.3);
  });

  it('generates valid orders with UIDs of their own, and invalid ones that are refused', () => {
    const orders = of('new');
    expect(new Set(orders.map(({ orderUid }) => orderUid)).size).toBe(orders.length);
    for (const { body, orderUid } of orders) expect(parseOrder(body)).toMatchObject({ order: { orderUid } });
    for (const { body } of of('invalid')) expect(parseOrder(body)).toHaveProperty('rejection');
  });

  it('repeats an earlier message byte for byte, and conflicts with the content of one', () => {
    const known = new Map(of('new').map(({ orderUid, body }) => [orderUid, body]));
    for (const { orderUid, body } of of('repeat')) expect(body).toEqual(known.get(orderUid));
    for (const { orderUid, body } of of('conflict')) {
      expect(body).not.toEqual(known.get(orderUid));
      expect(parseOrder(body)).toMatchObject({ order: { orderUid } });
    }
  });
});
