import {
  clearedSessionCookie,
  presentedSessionToken,
  readSessionToken,
  sessionCookie,
} from './session-cookie';

describe("the session's cookie", () => {
  const expires = new Date('2026-12-21T09:00:00Z');

  it('is HttpOnly and SameSite, and has the __Host- prefix over TLS', () => {
    expect(sessionCookie('token', expires, false)).toBe(
      'waybill_session=token; Path=/; Expires=Mon, 21 Dec 2026 09:00:00 GMT; HttpOnly; SameSite=Lax',
    );
    expect(sessionCookie('token', expires, true)).toBe(
      '__Host-waybill_session=token; Path=/; Expires=Mon, 21 Dec 2026 09:00:00 GMT; HttpOnly; Secure; SameSite=Lax',
    );
    expect(clearedSessionCookie(true)).toMatch(
      /^__Host-waybill_session=; .*Expires=Thu, 01 Jan 1970 .*Secure/,
    );
  });

  it('is read only under its name for HTTP or HTTPS', () => {
    const both = 'a=b; waybill_session=plain; __Host-waybill_session=secure';
    expect(readSessionToken(both, false)).toBe('plain');
    expect(readSessionToken(both, true)).toBe('secure');
    expect(readSessionToken('waybill_session=plain', true)).toBeUndefined();
  });

  it('is ignored if the request has any Authorization header', () => {
    const cookie = 'waybill_session=plain';
    expect(presentedSessionToken({ headers: { cookie }, protocol: 'http' })).toBe('plain');
    for (const authorization of ['Bearer a-bad-key', 'Basic dXNlcjpwYXNz', ''])
      expect(presentedSessionToken({ headers: { cookie, authorization }, protocol: 'http' })).toBeUndefined();
  });

  it.each([
    'waybill_session=mine; waybill_session=tossed',
    'waybill_session=mine;waybill_session=mine',
    'waybill_session=mine; a=b;  waybill_session =tossed',
    'waybill_session=mine; waybill_session',
    'waybill_session=',
    'other=x',
    '',
  ])('is not found in %j', (header) => {
    expect(readSessionToken(header, false)).toBeUndefined();
  });
});
