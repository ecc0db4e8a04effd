import { version } from 'uuid';
import { newRequestId } from './request-id';

describe('a request ID', () => {
  it('is a UUIDv7 of the current time', () => {
    const before = Date.now();
    const id = newRequestId();
    expect(version(id)).toBe(7);
    const time = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  it('is unique', () => {
    expect(new Set(Array.from({ length: 1_000 }, newRequestId)).size).toBe(1_000);
  });
});
