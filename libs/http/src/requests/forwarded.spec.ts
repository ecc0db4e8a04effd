import { forwardedAddresses } from './forwarded';

describe('X-Forwarded-For', () => {
  const warnings: string[] = [];
  const normalise = forwardedAddresses((message) => void warnings.push(message));
  const read = (given: string): unknown => {
    const headers: Record<string, string> = { 'x-forwarded-for': given };
    normalise({ headers });
    return headers['x-forwarded-for'];
  };

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:203.0.113.9', '::ffff:203.0.113.9'],
    ['198.51.100.7:1 ,  203.0.113.9:2', '198.51.100.7, 203.0.113.9'],
    ['unknown, 203.0.113.9', '203.0.113.9'],
    ['198.51.100.7, <script>, 203.0.113.9', '203.0.113.9'],
    ['203.0.113.9, unknown', ''],
    ['', ''],
    ['_hidden', ''],
    ['203.0.113', ''],
    ['010.0.0.1', ''],
    ['203.0.113.9:x', ''],
    ['203.0.113.9:123456', ''],
    ['[203.0.113.9]:80', ''],
    ['[2001:db8::1', ''],
    ['2001:db8::1]:80', ''],
    ['for=203.0.113.9', ''],
    ["1' OR 1=1", ''],
  ])('%j is read as %j', (given, addresses) => expect(read(given)).toBe(addresses));

  it('causes one warning when it has no address', () => expect(warnings).toHaveLength(1));
});
