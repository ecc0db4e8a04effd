import { z } from 'zod';
import { canDecode, credentialsOf, serverUrls } from './server-urls';

const MAX_SERVERS = 100;
const PRODUCTS = {
  'nats:': { product: 'nats', tls: false, port: 4222 },
  'tls:': { product: 'nats', tls: true, port: 4222 },
  'amqp:': { product: 'rabbitmq', tls: false, port: 5672 },
  'amqps:': { product: 'rabbitmq', tls: true, port: 5671 },
} as const;

/** Address of a message broker: one server, or several servers of a cluster. */
export interface BrokerAddress {
  product: 'nats' | 'rabbitmq';
  servers: { host: string; port: number }[];
  /** With NATS and no password: a token. */
  username?: string;
  password?: string;
  tls: boolean;
  /** Virtual host of RabbitMQ. */
  virtualHost: string;
}

/**
 * Parses one `nats://`, `tls://`, `amqp://` or `amqps://` URL, or a comma-separated list. Error messages never quote a
 * URL: it may hold a password.
 */
export const brokerAddress = serverUrls(faultOf, toAddress);

function faultOf(texts: string[]): string | undefined {
  if (texts.length > MAX_SERVERS) return `must name at most ${MAX_SERVERS} servers`;
  if (!texts.every(isBrokerUrl)) {
    return (
      'must be a nats:// or tls:// URL (NATS), or an amqp:// or amqps:// URL (RabbitMQ), like ' +
      'nats://user:password@host:4222, or a comma-separated list of them'
    );
  }
  const [first, ...others] = texts.map((url) => accessOf(new URL(url)));
  return others.every((access) => access === first)
    ? undefined
    : 'must use the same scheme, user, password and virtual host for every server of a cluster';
}

function isBrokerUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (
    url !== undefined &&
    url.protocol in PRODUCTS &&
    url.hostname !== '' &&
    (isNats(url) ? /^\/?$/ : /^(\/[^/]*)?$/).test(url.pathname) &&
    url.search === '' &&
    url.hash === '' &&
    [url.username, url.password, url.pathname].every(canDecode)
  );
}

const productOf = (url: URL) => PRODUCTS[url.protocol as keyof typeof PRODUCTS];
const isNats = (url: URL): boolean => productOf(url).product === 'nats';
const accessOf = ({ protocol, username, password, pathname }: URL): string =>
  JSON.stringify([protocol, username, password, pathname.replace(/^\/$/, '')]);

function toAddress(urls: URL[]): BrokerAddress {
  const [first] = urls as [URL];
  const { product, tls, port: standardPort } = productOf(first);
  return {
    product,
    servers: urls.map(({ hostname, port }) => ({
      host: decodeURIComponent(hostname).replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? standardPort : Number(port),
    })),
    ...credentialsOf(first),
    tls,
    virtualHost: decodeURIComponent(first.pathname.slice(1)) || '/',
  };
}

/** The content of a NATS credentials file, or an NKey seed of a user. */
export const brokerCredentials = z
  .string()
  .regex(
    /-----BEGIN NATS USER JWT-----[^]*-----BEGIN USER NKEY SEED-----|^SU[A-Z2-7]{56}$/,
    'must be a NATS credentials file (.creds) or the NKey seed of a user',
  );

/** Returns the faults of the broker's settings together. */
export function brokerFaults({
  BROKER_URL: address,
  BROKER_TLS_CA: certificateAuthority,
  BROKER_CREDENTIALS: credentials,
}: {
  BROKER_URL?: BrokerAddress;
  BROKER_TLS_CA?: string;
  BROKER_CREDENTIALS?: string;
}): string[] {
  const faults: string[] = [];
  if (certificateAuthority !== undefined && !address?.tls)
    faults.push('BROKER_TLS_CA: works only with a tls:// or amqps:// BROKER_URL');
  if (credentials === undefined) return faults;
  if (address?.product !== 'nats')
    faults.push('BROKER_CREDENTIALS: works only with a nats:// or tls:// BROKER_URL');
  else if (address.username !== undefined)
    faults.push('BROKER_CREDENTIALS: BROKER_URL has a user too; set only one of them');
  return faults;
}
