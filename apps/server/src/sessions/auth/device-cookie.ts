import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HostCookie, presentedIn, setHostCookie } from '../sessions/host-cookie';

const COOKIE: HostCookie = { name: 'waybill_device', sameSite: 'strict' };

/** Returns the device token that a request presents; see `presentedIn`. */
export const presentedDeviceToken = (
  request: Pick<FastifyRequest, 'headers' | 'protocol'>,
): string | undefined => presentedIn(COOKIE, request);

/** Sets the cookie with the device's token. */
export function setDeviceCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
  expires: Date,
): void {
  setHostCookie(COOKIE, request, reply, token, expires);
}
