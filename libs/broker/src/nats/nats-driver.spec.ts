import { randomBytes } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { brokerAddress } from '@waybill/config';
import { brokerUrl } from '../../../../test/support/database';
import { type BrokerPlace, describeBroker, LEASE_MS } from '../../test/contract';
import { NatsDriver } from './nats-driver';

const url = brokerUrl('nats');

describeBroker('NATS JetStream', url === undefined ? undefined : () => startPlace(url));

async function startPlace(natsUrl: string): Promise<BrokerPlace> {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const address = brokerAddress.parse(natsUrl);
  const remove = async () => {
    const connection = await connect({ servers: natsUrl });
    const { streams } = await jetstreamManager(connection);
    for await (const { config } of streams.list())
      if (config.name.startsWith(`${prefix}_`)) await streams.delete(config.name);
    await connection.close();
  };
  return {
    address: address.servers[0]!,
    open: (server) =>
      new NatsDriver({ address: { ...address, servers: [server] }, prefix, ackWaitMs: LEASE_MS }),
    remove,
  };
}
