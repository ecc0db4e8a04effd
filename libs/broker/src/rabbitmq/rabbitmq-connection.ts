import { withTimeout } from '@waybill/core';
import { connect, type ChannelModel } from 'amqplib';
import type { BrokerAccess } from '../broker-access';
import type { BrokerHealth } from '../broker-health';
import { ReconnectingConnection } from '../reconnecting-connection';

const CONNECT_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 1_000;
/** If a server is silent for twice this time, the connection counts as lost. */
const HEARTBEAT_SECONDS = 10;

/** An open connection to RabbitMQ. */
export interface RabbitMqConnection {
  model: ChannelModel;
  /** Why the server has blocked this connection, such as a full disk; undefined if it is not blocked. */
  blocked: string | undefined;
}

/** Connects to the servers of a cluster in turn. */
export function rabbitMqConnections(
  { address, certificateAuthority }: BrokerAccess,
  health: BrokerHealth,
): ReconnectingConnection<RabbitMqConnection> {
  const { servers, tls, username, password, virtualHost } = address;
  let attempts = 0;
  const open = async (lost: (reason: Error) => void): Promise<RabbitMqConnection> => {
    const { host, port } = servers[attempts++ % servers.length]!;
    const model = await connect(
      {
        protocol: tls ? 'amqps' : 'amqp',
        hostname: host,
        port,
        username,
        password,
        vhost: encodeURIComponent(virtualHost),
        heartbeat: HEARTBEAT_SECONDS,
      },
      {
        timeout: CONNECT_TIMEOUT_MS,
        noDelay: true,
        keepAlive: true,
        clientProperties: { connection_name: 'waybill' },
        ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
      },
    );
    const opened: RabbitMqConnection = { model, blocked: undefined };
    observe(opened, lost);
    return opened;
  };
  // Ignores errors: the connection may already be closed, and a lost server does not answer.
  const close = ({ model }: RabbitMqConnection) =>
    withTimeout(model.close(), CLOSE_TIMEOUT_MS).catch(() => undefined);
  return new ReconnectingConnection({ open, close }, health);
}

function observe(opened: RabbitMqConnection, lost: (reason: Error) => void): void {
  let reason = new Error('the server closed the connection');
  opened.model
    .on('error', (error: Error) => (reason = error))
    .on('close', () => lost(reason))
    .on('blocked', (why: string) => (opened.blocked = why))
    .on('unblocked', () => (opened.blocked = undefined));
}
