import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

const WITH_PORT = /^(?:(?<v4>[\d.]+):\d{1,5}|\[(?<v6>[^\]]+)\](?::\d{1,5})?)$/;

/** Returns the address in an entry, without the port that some proxies add; undefined if there is none. */
function addressIn(text: string): string | undefined {
  const { v4, v6 } = WITH_PORT.exec(text)?.groups ?? {};
  const address = v4 ?? v6 ?? text;
  return isIP(address) === 0 || (v6 !== undefined && isIP(v6) !== 6) ? undefined : address;
}

/**
 * Reduces `X-Forwarded-For` to a list of valid addresses before anything reads it. Proxies append to the end, so
 * entries before an invalid one can't be trusted: the list starts after the last invalid entry.
 * @param warn called once, if the last proxy itself writes no address.
 */
export function forwardedAddresses(
  warn: (message: string) => void,
): (raw: Pick<IncomingMessage, 'headers'>) => void {
  let warned = false;
  return ({ headers }) => {
    const given = headers['x-forwarded-for'];
    if (given === undefined) return;
    const addresses = String(given)
      .split(',')
      .map((text) => addressIn(text.trim()));
    const kept = addresses.slice(addresses.lastIndexOf(undefined) + 1);
    headers['x-forwarded-for'] = kept.join(', ');
    if (kept.length > 0 || warned) return;
    warned = true;
    warn('X-Forwarded-For does not end with an address: using the address of the connection');
  };
}
