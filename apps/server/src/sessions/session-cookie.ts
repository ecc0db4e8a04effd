import { parse, serialize } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

const NAME = 'waybill_session';
// Browsers keep a `__Host-` cookie only if it is Secure, has no Domain, and so can't be set by a neighbouring host.
const nameOver = (secure: boolean): string => (secure ? `__Host-${NAME}` : NAME);

/**
 * The session token that a `Cookie` header carries, if any. Several of the name are none: one of them may have been tossed
 * in by a neighbouring host, and which is not to be told.
 */
export function readSessionToken(cookieHeader: string | undefined, secure: boolean): string | undefined {
  if (cookieHeader === undefined) return undefined;
  const name = nameOver(secure);
  const given = cookieHeader.split(';').filter((pair) => pair.split('=', 1)[0]?.trim() === name);
  return given.length === 1 ? parse(given[0] as string)[name] || undefined : undefined;
}

/** The session token that a request presents. With an `Authorization` header the cookie is ignored, also when the key is bad. */
export const presentedSessionToken = ({
  headers,
  protocol,
}: Pick<FastifyRequest, 'headers' | 'protocol'>): string | undefined =>
  headers.authorization === undefined ? readSessionToken(headers.cookie, protocol === 'https') : undefined;

/** The `Set-Cookie` value that hands a session's token to its browser. */
export function sessionCookie(token: string, expires: Date, secure: boolean): string {
  return serialize(nameOver(secure), token, { httpOnly: true, sameSite: 'lax', path: '/', expires, secure });
}

/** The `Set-Cookie` value that makes a browser forget its session. */
export function clearedSessionCookie(secure: boolean): string {
  return sessionCookie('', new Date(0), secure);
}

/** Hands a session's token to the browser that sent the request. */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
  expires: Date,
): void {
  reply.header('Set-Cookie', sessionCookie(token, expires, request.protocol === 'https'));
}

/** Makes the browser that sent the request forget its session. */
export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('Set-Cookie', clearedSessionCookie(request.protocol === 'https'));
}
