import { parse, serialize } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A cookie limited to this host and hidden from scripts. Over TLS, its name has a `__Host-` prefix. */
export interface HostCookie {
  name: string;
  sameSite: 'lax' | 'strict';
}

// Browsers accept a `__Host-` cookie only if it is Secure and has no Domain, so a sibling host can't set it.
const nameOver = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name);

/**
 * Returns a cookie's value from a `Cookie` header. Ignores a repeated cookie: a sibling host may have set one of them,
 * and the server can't tell which.
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

/**
 * Returns the value that a request presents. Ignores cookies of a request with an `Authorization` header, even if the
 * key is invalid.
 */
export const presentedIn = (
  cookie: HostCookie,
  { headers, protocol }: Pick<FastifyRequest, 'headers' | 'protocol'>,
): string | undefined =>
  headers.authorization === undefined
    ? readHostCookie(cookie, headers.cookie, protocol === 'https')
    : undefined;

/** Returns the `Set-Cookie` header for a value. */
export function writeHostCookie(
  { name, sameSite }: HostCookie,
  value: string,
  expires: Date,
  secure: boolean,
): string {
  return serialize(nameOver(name, secure), value, { httpOnly: true, sameSite, path: '/', expires, secure });
}

/** Sets the cookie on a reply. */
export function setHostCookie(
  cookie: HostCookie,
  request: FastifyRequest,
  reply: FastifyReply,
  value: string,
  expires: Date,
): void {
  reply.header('Set-Cookie', writeHostCookie(cookie, value, expires, request.protocol === 'https'));
}
