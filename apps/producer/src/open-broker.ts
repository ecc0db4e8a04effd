import { Broker } from '@waybill/broker';
import type { Config } from '@waybill/config';
import { Database, dataSourceOptions } from '@waybill/database';
import { runningEmbeddedPostgres } from '@waybill/embedded-postgres';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { brokerManifest } from '@waybill/broker';
import { PostgresDriver } from '../../../libs/broker/src/postgres/postgres-driver';

export async function openBroker(config: Config) {
  const url = config.database.url ?? (await runningEmbeddedPostgres(config.dataDir));
  if (url === undefined) throw new Error('no server');
  const dataSource = await new DataSource(
    dataSourceOptions({
      entities: [...(brokerManifest.entities ?? [])],
      url,
      poolSize: 2,
      logSql: false,
    }) as DataSourceOptions,
  ).initialize();
  const broker = new Broker(new PostgresDriver(new Database(dataSource)));
  return {
    name: 'the embedded stream',
    publish: broker.publish.bind(broker),
    close: async () => {
      await broker.close();
      await dataSource.destroy();
    },
  };
}
