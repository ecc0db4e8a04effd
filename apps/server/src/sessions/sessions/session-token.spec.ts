import { generateApiKey } from '../api-keys/api-key-format';
import { deviceOf } from './session-token';

describe('the device of a session', () => {
  it('is the beginning of its user agent', () => {
    expect(deviceOf(undefined)).toBeNull();
    expect(deviceOf('curl/8.5.0')).toBe('curl/8.5.0');
    expect(deviceOf('x'.repeat(300))).toHaveLength(256);
  });

  it('contains no API key from the user agent, whole or truncated', () => {
    expect(deviceOf(`client ${generateApiKey()}`)).toBe('[redacted]');
    expect(deviceOf('x'.repeat(230) + generateApiKey())).toBe('[redacted]');
  });
});
