import { Database, dataSourceOptions } from '@waybill/database';
import { DataSource } from 'typeorm';
import { describeOnEachPostgres } from '../../../../test/support/database';
import { useTypeOrm } from '../../../../test/support/typeorm';
import { useDatabase } from '../../../../test/support/use-database';
import { type TestBroker, describeBroker, LEASE_MS } from '../../test/contract';
import type { Address } from '../../../../test/support/tcp-proxy';
import { brokerSchema } from '../broker.schema';
import { topics } from '../topics';
import { PostgresDriver } from './postgres-driver';
import { StreamMessagesRepository } from './stream-messages.repository';

describe('the embedded broker', () => {
  const { database } = useDatabase();
  describeBroker('PostgreSQL', async () => {
    await database.query('TRUNCATE stream_messages');
    return placeOn(database.url);
  });
});

describeOnEachPostgres('the leases of the embedded broker', (on) => {
  const { database, dataSource } = useTypeOrm(brokerSchema, { on });
  const messages = () => new StreamMessagesRepository(database);
  const [TOPIC] = topics;
  const roomFor = (count: number) => ({ messages: count, bytes: Number.MAX_SAFE_INTEGER });
  const publish = (count: number, size = 2) =>
    messages().insert(
      TOPIC,
      Array.from({ length: count }, (_, n) => ({ id: String(n), body: Buffer.alloc(size), headers: {} })),
    );

  beforeEach(() => dataSource.query('TRUNCATE stream_messages'));

  it('are exclusive until they expire, and can then be taken again', async () => {
    await publish(2);
    const first = await messages().claim(TOPIC, roomFor(1), 60_000);
    const others = await messages().claim(TOPIC, roomFor(10), 0);
    expect([first, others].map((rows) => rows.map(({ messageId }) => messageId))).toEqual([['0'], ['1']]);
    const again = await messages().claim(TOPIC, roomFor(10), 0);
    expect(again).toMatchObject([{ messageId: '1', deliveryCount: 2 }]);
  });

  it('cannot be extended or released by a consumer that lost them, which can still acknowledge', async () => {
    await publish(1);
    const lost = await messages().claim(TOPIC, roomFor(1), 0);
    const [lease] = await messages().claim(TOPIC, roomFor(1), 60_000);
    await messages().release(lost.map((one) => ({ ...one, afterMs: 0 })));
    await messages().extend(lost, 0);
    expect(await messages().claim(TOPIC, roomFor(1), 0)).toEqual([]);
    await messages().extend([lease!], 0);
    expect(await messages().claim(TOPIC, roomFor(1), 0)).toMatchObject([{ deliveryCount: 3 }]);
    await messages().delete(lost);
    expect(await messages().count(TOPIC)).toBe(0);
  });

  it('cover at most the given number of bytes, but at least one message', async () => {
    await publish(4, 9_000);
    const claim = async (bytes: number) =>
      (await messages().claim(TOPIC, { messages: 10, bytes }, 60_000)).length;
    expect([await claim(18_000), await claim(1), await claim(1_000_000)]).toEqual([2, 1, 1]);
  });
});

function placeOn(databaseUrl: string): TestBroker {
  const { hostname, port } = new URL(databaseUrl);
  const sources: DataSource[] = [];
  const open = async ({ host, port: via }: Address) => {
    const url = Object.assign(new URL(databaseUrl), { hostname: host, port: String(via) }).href;
    const options = dataSourceOptions({ url, ...brokerSchema, poolSize: 3, logSql: false });
    const dataSource = await new DataSource(options).initialize();
    sources.push(dataSource);
    return new PostgresDriver(new Database(dataSource), { leaseMs: LEASE_MS });
  };
  const remove = async () => {
    for (const source of sources) await source.destroy();
  };
  return { isSeparate: false, address: { host: hostname, port: Number(port || 5432) }, open, remove };
}
