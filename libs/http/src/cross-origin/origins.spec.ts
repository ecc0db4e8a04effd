import { Origins } from './origins';

const request = { protocol: 'http' as const, host: 'LocalHost:8000' };

describe('Origins', () => {
  it('takes the host that a browser names for its own, unless PUBLIC_URL says it', () => {
    const unset = new Origins(undefined, []);
    expect(unset.isOwn('http://localhost:8000', request)).toBe(true);
    expect(unset.isOwn('https://localhost:8000', request)).toBe(false);
    expect(unset.isOwn('http://localhost:8001', request)).toBe(false);
    const set = new Origins('https://api.example.com/base', []);
    expect(set.isOwn('https://api.example.com', request)).toBe(true);
    expect(set.isOwn('http://localhost:8000', request)).toBe(false);
  });

  it('allows the configured ones, and no more', () => {
    const origins = new Origins(undefined, ['https://app.example.com']);
    expect(origins.any).toBe(true);
    expect(origins.isAllowed('https://app.example.com')).toBe(true);
    expect(origins.isAllowed('https://app.example.com.evil.example')).toBe(false);
    expect(origins.isAllowed('null')).toBe(false);
  });
});
