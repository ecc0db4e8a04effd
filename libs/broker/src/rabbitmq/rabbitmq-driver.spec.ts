import { randomBytes } from 'node:crypto';
import { brokerAddress } from '@waybill/config';
import { connect } from 'amqplib';
import { brokerUrl } from '../../../../test/support/database';
import { type BrokerPlace, describeBroker } from '../../test/contract';
import { topics } from '../topics';
import { RabbitMqDriver } from './rabbitmq-driver';

const url = brokerUrl('rabbitmq');

describeBroker('RabbitMQ', url === undefined ? undefined : () => startPlace(url));

async function startPlace(rabbitMqUrl: string): Promise<BrokerPlace> {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const address = brokerAddress.parse(rabbitMqUrl);
  const remove = async () => {
    const connection = await connect(rabbitMqUrl);
    const channel = await connection.createChannel();
    for (const topic of topics) await channel.deleteQueue(`${prefix}.${topic}`);
    await connection.close();
  };
  return {
    address: address.servers[0]!,
    open: (server) => new RabbitMqDriver({ address: { ...address, servers: [server] }, prefix }),
    remove,
  };
}
