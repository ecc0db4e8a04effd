import type { FastifyReply, FastifyRequest } from 'fastify';
import { presentedDeviceToken, setDeviceCookie } from './device-cookie';

describe("the device's cookie", () => {
  const written = (protocol: 'http' | 'https'): string => {
    let value = '';
    const reply = { header: (_: string, given: string) => (value = given) } as unknown as FastifyReply;
    setDeviceCookie({ protocol } as FastifyRequest, reply, 'token', new Date('2026-12-21T09:00:00Z'));
    return value;
  };

  it('is HttpOnly and SameSite, and has the __Host- prefix over TLS', () => {
    expect(written('http')).toBe(
      'waybill_device=token; Path=/; Expires=Mon, 21 Dec 2026 09:00:00 GMT; HttpOnly; SameSite=Strict',
    );
    expect(written('https')).toBe(
      '__Host-waybill_device=token; Path=/; Expires=Mon, 21 Dec 2026 09:00:00 GMT; HttpOnly; Secure; SameSite=Strict',
    );
  });

  it('is read like the session cookie', () => {
    const cookie = 'waybill_session=x; waybill_device=plain; __Host-waybill_device=secure';
    expect(presentedDeviceToken({ headers: { cookie }, protocol: 'http' })).toBe('plain');
    expect(presentedDeviceToken({ headers: { cookie }, protocol: 'https' })).toBe('secure');
    const tossed = { cookie: 'waybill_device=a; waybill_device=b' };
    expect(presentedDeviceToken({ headers: tossed, protocol: 'http' })).toBeUndefined();
  });
});
