import type { BrokerAddress } from '@waybill/config';

/** How to reach a message broker. */
export interface BrokerAccess {
  address: BrokerAddress;
  /** Trusted certificates (PEM) for the server's certificate, instead of the default CA certificates. */
  certificateAuthority?: string;
  /** Content of a NATS credentials file, or an NKey seed. */
  credentials?: string;
}

/** Returns the servers without credentials, for the log. */
export const serversOf = ({ address }: BrokerAccess): string =>
  address.servers.map(({ host, port }) => `${host}:${port}`).join(', ');
