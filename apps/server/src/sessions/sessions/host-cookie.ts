import { parse, serialize } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A cookie that only this host reads and no script does. Over TLS its name has another form. */
export interface HostCookie {
  name: string;
  sameSite: 'lax' | 'strict';
}

// Browsers keep a `__Host-` cookie only if it is Secure, has no Domain, and so can't be set by a neighbouring host.
const nameOver = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name);

/**
 * The value that a `Cookie` header carries for a cookie, if any. Several of the name are none: one of them may have been
 * tossed in by a neighbouring host, and which is not to be told.
 */
export function readHostCookie(
  cookie: HostCookie,
  header: string | undefined,
  secure: boolean,
): string | undefined {
  if (header === undefined) return undefined;
  const name = nameOver(cookie.name, secure);
  const given = header.split(';').filter((pair) => pair.split('=', 1)[0]?.trim() === name);
  return given.length === 1 ? parse(given[0] as string)[name] || undefined : undefined;
}

/** The value that a request presents. With an `Authorization` header cookies are ignored, also when the key is bad. */
export const presentedIn = (
  cookie: HostCookie,
  { headers, protocol }: Pick<FastifyRequest, 'headers' | 'protocol'>,
): string | undefined =>
  headers.authorization === undefined
    ? readHostCookie(cookie, headers.cookie, protocol === 'https')
    : undefined;

/** The `Set-Cookie` value that hands a value to a browser. */
export function writeHostCookie(
  { name, sameSite }: HostCookie,
  value: string,
  expires: Date,
  secure: boolean,
): string {
  return serialize(nameOver(name, secure), value, { httpOnly: true, sameSite, path: '/', expires, secure });
}

/** Hands a value to the browser that sent the request. */
export function setHostCookie(
  cookie: HostCookie,
  request: FastifyRequest,
  reply: FastifyReply,
  value: string,
  expires: Date,
): void {
  reply.header('Set-Cookie', writeHostCookie(cookie, value, expires, request.protocol === 'https'));
}
