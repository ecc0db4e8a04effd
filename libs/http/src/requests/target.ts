import type { IncomingMessage } from 'node:http';

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/**
 * Returns the path and query of a request target. A target in absolute form also names the host, which overrides the
 * Host header (RFC 9112, 3.2.2). Changes the Host header accordingly.
 */
export function toOriginForm(raw: Pick<IncomingMessage, 'url' | 'headers'>): string {
  const target = raw.url ?? '/';
  const absolute = ABSOLUTE.exec(target);
  if (!absolute) return target;
  raw.headers.host = absolute[1];
  const rest = target.slice(absolute[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Whether the router can decode the target's path. */
export function isDecodable(target: string): boolean {
  try {
    decodeURI(target.split(/[?#]/, 1)[0] as string);
    return true;
  } catch {
    return false;
  }
}
