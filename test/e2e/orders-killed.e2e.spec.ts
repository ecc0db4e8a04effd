import { randomUUID } from 'node:crypto';
import { brokerUrl } from '../support/database';
import { differencesOf, drillOrders, type OrderDrill } from '../support/order-drill';
import { useServers } from '../support/use-server';

const backends = [
  { name: 'the embedded stream', url: () => undefined },
  { name: 'NATS', url: () => brokerUrl('nats') },
  { name: 'RabbitMQ', url: () => brokerUrl('rabbitmq') },
].map((backend) => ({
  ...backend,
  isFound: backend.name === 'the embedded stream' || backend.url() !== undefined,
}));

for (const { name, url, isFound } of backends) {
  (isFound ? describe : describe.skip)(`the order stream over ${name}`, () => {
    const prefix = `test-${randomUUID().slice(0, 8)}`;
    const broker = url();
    const env: Record<string, string> =
      broker === undefined ? {} : { BROKER_URL: broker, BROKER_PREFIX: prefix };
    const { database, start } = useServers({ env });

    it('loses nothing and stores nothing twice when its consumer is killed', async () => {
      const drill: OrderDrill = {
        ...{ seed: 42, count: 2_000, invalid: 0.02, duplicates: 0.05, conflicts: 0.02, kills: 1 },
        database,
        start,
        env: { DATABASE_URL: database.url, ...env },
      };
      await drillOrders(drill);
      expect(await differencesOf(drill)).toEqual([]);
    });
  });
}
