import { isIP } from 'node:net';
import { z } from 'zod';

const BITS: Record<number, number> = { 4: 32, 6: 128 };

/** How many proxies stand in front, or the addresses and networks (CIDR) that they have. */
export const trustedProxies = z
  .string()
  .transform((text): number | string[] =>
    /^\d{1,2}$/.test(text) ? Number(text) : text.split(',').map((part) => part.trim()),
  )
  .refine((proxies) => (Array.isArray(proxies) ? proxies.every(isNetwork) : proxies > 0), {
    error: 'must be how many proxies there are, or their addresses and networks (CIDR)',
  });

function isNetwork(text: string): boolean {
  const [address = '', length, ...more] = text.split('/');
  const bits = BITS[isIP(address)];
  if (bits === undefined || more.length > 0) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
}
