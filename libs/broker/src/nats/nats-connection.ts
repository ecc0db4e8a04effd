import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import {
  type Authenticator,
  connect,
  credsAuthenticator,
  type NatsConnection as Connection,
  nkeyAuthenticator,
} from '@nats-io/transport-node';
import type { BrokerHealth } from '../broker-health';
import { type Connector, ReconnectingConnection } from '../reconnecting-connection';
import type { BrokerAccess } from '../broker-access';

const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 5_000;
/** If a server does not answer two pings, the connection counts as lost. */
const PING_INTERVAL_MS = 10_000;

/** An open connection to NATS. */
export interface NatsConnection {
  connection: Connection;
  client: JetStreamClient;
  manager: JetStreamManager;
}

/** Connects to NATS. Does not use the client's own reconnection, so that all brokers behave the same. */
export function natsConnections(
  access: BrokerAccess,
  health: BrokerHealth,
): ReconnectingConnection<NatsConnection> {
  const configured = access.address.servers.map(({ host, port }) => hostAndPort(host, port));
  let announced: string[] = [];
  const connector: Connector<NatsConnection> = {
    open: async (lost) => {
      const connection = await connect({
        servers: [...new Set([...configured, ...announced])],
        name: 'waybill',
        reconnect: false,
        timeout: CONNECT_TIMEOUT_MS,
        pingInterval: PING_INTERVAL_MS,
        ...securityOf(access),
      });
      announced = connection.info?.connect_urls ?? [];
      void connection.closed().then((error) => lost(error ?? new Error('the server closed the connection')));
      const options = { timeout: REQUEST_TIMEOUT_MS };
      return {
        connection,
        client: jetstream(connection, options),
        manager: await jetstreamManager(connection, { ...options, checkAPI: false }),
      };
    },
    close: async ({ connection }) => {
      if (!connection.isClosed()) await connection.close();
    },
  };
  return new ReconnectingConnection(connector, health);
}

function securityOf({ address, certificateAuthority, credentials }: BrokerAccess) {
  const { username, password, tls } = address;
  const login = password === undefined ? { token: username } : { user: username, pass: password };
  return {
    ...(tls ? { tls: certificateAuthority === undefined ? {} : { ca: certificateAuthority } } : {}),
    ...(username === undefined ? {} : login),
    ...(credentials === undefined ? {} : { authenticator: authenticatorOf(credentials) }),
  };
}

/** Accepts a credentials file, which contains a JWT and a seed, or only a seed. */
function authenticatorOf(credentials: string): Authenticator {
  const bytes = new TextEncoder().encode(credentials);
  return credentials.includes('BEGIN NATS USER JWT') ? credsAuthenticator(bytes) : nkeyAuthenticator(bytes);
}

const hostAndPort = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
