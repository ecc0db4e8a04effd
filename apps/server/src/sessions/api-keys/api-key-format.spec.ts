import { crc32 } from 'node:zlib';
import { generateApiKey, hashSecret, visiblePrefix } from './api-key-format';

describe('the format of API keys', () => {
  it('is waybill_, 43 characters of secret and 6 of checksum, different for each key', () => {
    const keys = Array.from({ length: 200 }, generateApiKey);
    for (const key of keys) expect(key).toMatch(/^waybill_[0-9A-Za-z]{49}$/);
    expect(new Set(keys).size).toBe(200);
  });

  it('has the documented checksum for secret scanners: CRC-32 of the 43 characters, in base 62', () => {
    const key = generateApiKey();
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    const checksum = [...key.slice(-6)].reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0);
    expect(checksum).toBe(crc32(key.slice(8, 51)));
    expect(visiblePrefix(key)).toBe(key.slice(0, 14));
  });

  it('rejects a key with one changed character', () => {
    const key = generateApiKey();
    const changed = key.slice(0, 20) + (key[20] === 'a' ? 'b' : 'a') + key.slice(21);
    expect(visiblePrefix(changed)).toBe('(configured)');
    expect(visiblePrefix(`${key}x`)).toBe('(configured)');
  });

  it('shows only a prefix and stores only a digest', () => {
    const key = generateApiKey();
    expect(visiblePrefix(key)).toBe(key.slice(0, 14));
    expect(visiblePrefix('correct horse battery staple, four words')).toBe('(configured)');
    expect(hashSecret(key)).toHaveLength(32);
    expect(hashSecret(key).toString('latin1')).not.toContain(key.slice(8, 20));
  });
});
