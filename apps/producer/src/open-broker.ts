import { type Broker, brokerManifest, createBroker } from '@waybill/broker';
import type { Config } from '@waybill/config';
import { Database, dataSourceOptions } from '@waybill/database';
import { runningEmbeddedPostgres } from '@waybill/embedded-postgres';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { UsageError } from './read-options';

/** A broker to publish to. */
export interface OpenBroker {
  broker: Broker;
  /** For the summary, without credentials. */
  name: string;
  close(): Promise<void>;
}

/**
 * Opens the configured broker, or the embedded one in the database of the server.
 * @throws UsageError if there is neither.
 */
export async function openBroker(config: Config): Promise<OpenBroker> {
  if (config.broker.address === undefined) return openEmbedded(config);
  const broker = createBroker(config.broker, () => {
    throw new Error('Only the embedded broker has a database');
  });
  return { broker, name: broker.name, close: () => broker.close() };
}

async function openEmbedded(config: Config): Promise<OpenBroker> {
  const url = config.database.url ?? (await runningEmbeddedPostgres(config.dataDir));
  if (url === undefined)
    throw new UsageError(
      `No server is running on ${config.dataDir}. Start one with \`npm start\`, or set BROKER_URL or DATABASE_URL.`,
    );
  const entities = [...(brokerManifest.entities ?? [])];
  const options = dataSourceOptions({ url, entities, poolSize: 2, logSql: false });
  const dataSource = await new DataSource(options as DataSourceOptions).initialize();
  const broker = createBroker(config.broker, () => new Database(dataSource));
  return {
    broker,
    name: 'the embedded stream',
    close: async () => {
      await broker.close();
      await dataSource.destroy();
    },
  };
}
