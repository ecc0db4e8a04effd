import type { IncomingMessage } from 'node:http';

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/**
 * The path and query that a request is for. A target that is a whole URL names the host as well, and that one counts
 * (RFC 9112, 3.2.2): all else sees the same request as if it had come with a path and that Host.
 */
export function toOriginForm(raw: Pick<IncomingMessage, 'url' | 'headers'>): string {
  const target = raw.url ?? '/';
  const absolute = ABSOLUTE.exec(target);
  if (!absolute) return target;
  raw.headers.host = absolute[1];
  const rest = target.slice(absolute[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Whether the router can decode the path of a target. */
export function isDecodable(target: string): boolean {
  try {
    decodeURI(target.split(/[?#]/, 1)[0] as string);
    return true;
  } catch {
    return false;
  }
}
