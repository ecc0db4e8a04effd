import { isIP } from 'node:net';
import { z } from 'zod';

const BITS: Record<number, number> = { 4: 32, 6: 128 };
/** Names that Fastify accepts: this machine, the local link, and private networks. */
const NAMED = ['loopback', 'linklocal', 'uniquelocal'];

/**
 * Addresses and networks (CIDR) of the reverse proxies. Rejects a number of hops: it would also trust clients that
 * connect directly.
 */
export const trustedProxies = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((proxies) => proxies.every(isNetwork), {
    error: `must be addresses, networks (CIDR), ${NAMED.join(' or ')}, separated by commas`,
  });

function isNetwork(text: string): boolean {
  if (NAMED.includes(text)) return true;
  const [address = '', length, ...more] = text.split('/');
  const bits = BITS[isIP(address)];
  if (bits === undefined || more.length > 0) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
}
