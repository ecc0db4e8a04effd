import type { BrokerAddress } from '@waybill/config';
import type { Database } from '@waybill/database';
import { Broker } from './broker';
import type { BrokerDriver } from './broker-driver';
import { PostgresDriver } from './postgres/postgres-driver';

/** The configured message broker. */
export interface BrokerSettings {
  /** Undefined: the embedded broker, in PostgreSQL. */
  address: BrokerAddress | undefined;
  certificateAuthority: string | undefined;
  credentials: string | undefined;
  prefix: string;
}

/**
 * Opens the configured broker. It connects on first use.
 * @param database returns the database of the embedded broker. Not called for other brokers.
 */
export function createBroker(settings: BrokerSettings, database: () => Database): Broker {
  return new Broker(createDriver(settings, database));
}

// Loads only the client of the configured broker. Uses `require`, because a dynamic import would be asynchronous.
function createDriver({ address, ...options }: BrokerSettings, database: () => Database): BrokerDriver {
  if (address === undefined) return new PostgresDriver(database());
  if (address.product === 'nats') {
    const { NatsDriver } = require('./nats/nats-driver') as typeof import('./nats/nats-driver');
    return new NatsDriver({ address, ...options });
  }
  const { RabbitMqDriver } =
    require('./rabbitmq/rabbitmq-driver') as typeof import('./rabbitmq/rabbitmq-driver');
  return new RabbitMqDriver({ address, ...options });
}
