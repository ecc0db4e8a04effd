import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HostCookie, presentedIn, readHostCookie, setHostCookie, writeHostCookie } from './host-cookie';

const COOKIE: HostCookie = { name: 'waybill_session', sameSite: 'lax' };

/** The session token that a `Cookie` header carries, if any; see `readHostCookie`. */
export const readSessionToken = (cookieHeader: string | undefined, secure: boolean): string | undefined =>
  readHostCookie(COOKIE, cookieHeader, secure);

/** The session token that a request presents; see `presentedIn`. */
export const presentedSessionToken = (
  request: Pick<FastifyRequest, 'headers' | 'protocol'>,
): string | undefined => presentedIn(COOKIE, request);

/** The `Set-Cookie` value that hands a session's token to its browser. */
export const sessionCookie = (token: string, expires: Date, secure: boolean): string =>
  writeHostCookie(COOKIE, token, expires, secure);

/** The `Set-Cookie` value that makes a browser forget its session. */
export const clearedSessionCookie = (secure: boolean): string => sessionCookie('', new Date(0), secure);

/** Hands a session's token to the browser that sent the request. */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
  expires: Date,
): void {
  setHostCookie(COOKIE, request, reply, token, expires);
}

/** Makes the browser that sent the request forget its session. */
export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  setHostCookie(COOKIE, request, reply, '', new Date(0));
}
