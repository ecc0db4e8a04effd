import { generateApiKey } from '../api-keys/api-key-format';
import { deviceOf } from './session-token';

describe('the device that a session was opened with', () => {
  it('is the beginning of its user agent', () => {
    expect(deviceOf(undefined)).toBeNull();
    expect(deviceOf('curl/8.5.0')).toBe('curl/8.5.0');
    expect(deviceOf('x'.repeat(300))).toHaveLength(256);
  });

  it('contains no API key that was sent as a user agent, whole or cut', () => {
    expect(deviceOf(`client ${generateApiKey()}`)).toBe('[redacted]');
    expect(deviceOf('x'.repeat(230) + generateApiKey())).toBe('[redacted]');
  });
});
