import { Database, dataSourceOptions } from '@waybill/database';
import { DataSource } from 'typeorm';
import { describeOnEachPostgres } from '../../../../test/support/database';
import { useDatabase } from '../../../../test/support/use-database';
import { type BrokerPlace, describeBroker, LEASE_MS } from '../../test/contract';
import type { Address } from '../../test/tcp-proxy';
import { brokerSchema } from '../broker.schema';
import { PostgresDriver } from './postgres-driver';

describeOnEachPostgres('the embedded broker', (on) => {
  const { database } = useDatabase({ on });
  describeBroker('PostgreSQL', async () => {
    await database.query('TRUNCATE stream_messages');
    return placeOn(database.url);
  });
});

function placeOn(databaseUrl: string): BrokerPlace {
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
  return { address: { host: hostname, port: Number(port || 5432) }, open, remove };
}
