import { isIPv6 } from 'node:net';

const MAPPED_V4 = /^::ffff:(?=\d+\.)/i;

/**
 * Returns the key that an address is counted under: the address, or the /64 network of an IPv6 address, because a
 * subscriber usually owns the whole network.
 */
export function addressKey(address: string): string {
  const plain = address.replace(MAPPED_V4, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = (plain.split('%', 1)[0] as string).split('::', 2);
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
