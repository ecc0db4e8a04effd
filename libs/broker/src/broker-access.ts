import type { BrokerAddress } from '@waybill/config';

/** How to reach a message broker. */
export interface BrokerAccess {
  address: BrokerAddress;
  /** Certificates (PEM) that the server's certificate is checked against, instead of the well-known ones. */
  certificateAuthority?: string;
  /** Content of a NATS credentials file, or an NKey seed. */
  credentials?: string;
}

/** Returns the servers for the log, without credentials. */
export const serversOf = ({ address }: BrokerAccess): string =>
  address.servers.map(({ host, port }) => `${host}:${port}`).join(', ');
