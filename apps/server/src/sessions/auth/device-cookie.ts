import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HostCookie, presentedIn, setHostCookie } from '../sessions/host-cookie';

const COOKIE: HostCookie = { name: 'waybill_device', sameSite: 'strict' };

/** The device's token that a request presents; see `presentedIn`. */
export const presentedDeviceToken = (
  request: Pick<FastifyRequest, 'headers' | 'protocol'>,
): string | undefined => presentedIn(COOKIE, request);

/** Hands a device's token to the browser that sent the request. */
export function setDeviceCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
  expires: Date,
): void {
  setHostCookie(COOKIE, request, reply, token, expires);
}
