import { Origins } from './origins';

const to = (host: string, more: { headers?: object; ips?: string[] } = {}) =>
  ({ protocol: 'http', host, headers: {}, ...more }) as Parameters<Origins['isOwn']>[1];

describe('Origins', () => {
  const unset = new Origins(undefined, [], 'waybill.internal');

  it.each([
    'localhost:8000',
    'LocalHost:8000',
    '127.0.0.1:8000',
    '[::1]:8000',
    '192.168.1.5',
    'waybill.internal:8000',
  ])('accepts %s as its own host when PUBLIC_URL is unset', (host) => {
    expect(unset.isOwn(`http://${host.toLowerCase()}`, to(host))).toBe(true);
    expect(unset.isOwn(`https://${host.toLowerCase()}`, to(host))).toBe(false);
    expect(unset.isOwn('http://localhost:8001', to(host))).toBe(false);
  });

  it.each([
    'evil.example:8000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil-localhost',
    'x',
    '',
    '[::1].evil.example',
  ])('does not accept %s as its own host, even if it resolves to this server', (host) => {
    expect(unset.isOwn(`http://${host}`, to(host))).toBe(false);
    const sent = { headers: { 'x-forwarded-host': host } };
    expect(unset.isOwn(`http://${host}`, to(host, sent))).toBe(false);
    expect(unset.isOwn(`http://${host}`, to(host, { ...sent, ips: ['192.0.2.1'] }))).toBe(false);
  });

  it('trusts the host from a trusted proxy', () => {
    const forwarded = { headers: { 'x-forwarded-host': 'api.example' }, ips: ['127.0.0.1', '192.0.2.1'] };
    expect(unset.isOwn('http://api.example', to('api.example', forwarded))).toBe(true);
    expect(unset.isOwn('http://evil.example', to('api.example', forwarded))).toBe(false);
    expect(unset.isOwn('http://api.example', to('api.example', { ...forwarded, headers: {} }))).toBe(false);
  });

  it('accepts only PUBLIC_URL when it is set', () => {
    const set = new Origins('https://api.example.com/base', [], '127.0.0.1');
    expect(set.isOwn('https://api.example.com', to('localhost:8000'))).toBe(true);
    expect(set.isOwn('http://localhost:8000', to('localhost:8000'))).toBe(false);
  });

  it('allows the configured origins only', () => {
    const origins = new Origins(undefined, ['https://app.example.com'], '127.0.0.1');
    expect(origins.any).toBe(true);
    expect(origins.isAllowed('https://app.example.com')).toBe(true);
    expect(origins.isAllowed('https://app.example.com.evil.example')).toBe(false);
    expect(origins.isAllowed('null')).toBe(false);
  });
});
