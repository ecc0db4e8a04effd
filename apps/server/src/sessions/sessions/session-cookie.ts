import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HostCookie, presentedIn, readHostCookie, setHostCookie, writeHostCookie } from './host-cookie';

const COOKIE: HostCookie = { name: 'waybill_session', sameSite: 'lax' };

/** Returns the session token from a `Cookie` header; see `readHostCookie`. */
export const readSessionToken = (cookieHeader: string | undefined, secure: boolean): string | undefined =>
  readHostCookie(COOKIE, cookieHeader, secure);

/** Returns the session token that a request presents; see `presentedIn`. */
export const presentedSessionToken = (
  request: Pick<FastifyRequest, 'headers' | 'protocol'>,
): string | undefined => presentedIn(COOKIE, request);

/** Returns the `Set-Cookie` header for a session's token. */
export const sessionCookie = (token: string, expires: Date, secure: boolean): string =>
  writeHostCookie(COOKIE, token, expires, secure);

/** Returns the `Set-Cookie` header that deletes the session cookie. */
export const clearedSessionCookie = (secure: boolean): string => sessionCookie('', new Date(0), secure);

/** Sets the session cookie on a reply. */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
  expires: Date,
): void {
  setHostCookie(COOKIE, request, reply, token, expires);
}

/** Deletes the session cookie on a reply. */
export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  setHostCookie(COOKIE, request, reply, '', new Date(0));
}
