import { createHash, randomBytes } from 'node:crypto';
import { containsCredential, registerSecret, redacted, redactedLines } from './secrets';

const API_KEY = `waybill_${'aB3'.repeat(16)}x`;
const TOKEN = randomBytes(32).toString('base64url');
const CONFIGURED = 'correct-horse-"battery"\\staple-of-ours';
registerSecret(CONFIGURED);

describe('a credential', () => {
  it.each([
    API_KEY,
    API_KEY.toLowerCase(),
    `build:${API_KEY}`,
    TOKEN,
    `session-${TOKEN}`,
    `waybill_session=${TOKEN}`,
    CONFIGURED,
    `x${CONFIGURED}x`,
    CONFIGURED.toUpperCase(),
  ])('is recognized in %s', (text) => {
    expect([containsCredential(text), redacted(text)]).toEqual([true, '[redacted]']);
  });

  it.each([
    '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11',
    '0af7651916cd43dd8448eb211c80319c',
    createHash('sha256').update('x').digest('hex'),
    'the-name-of-a-warehouse-that-goes-on-and-on-and-on',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
    'waybill_session',
  ])('is not recognized in %s', (text) => expect(redacted(text)).toBe(text));

  it('is redacted from a log line, which stays valid JSON', () => {
    const line = JSON.stringify({ a: `${TOKEN}!`, b: `key ${API_KEY}`, c: CONFIGURED, d: 'plain' });
    expect(JSON.parse(redactedLines(line))).toEqual({
      a: '[redacted]!',
      b: 'key [redacted]',
      c: '[redacted]',
      d: 'plain',
    });
  });

  it.each([0, 1, 41, 42, 43, 44, 85, 86, 200])('is redacted after %i other characters', (before) => {
    for (const padding of ['a', ' ', 'ab ']) {
      const text = `${padding.repeat(200).slice(0, before)} ${TOKEN} b`;
      expect(redactedLines(text)).not.toContain(TOKEN);
    }
  });

  it('is redacted if it has 43 characters, but not 42', () => {
    const random = 'aB3'.repeat(15);
    expect(redactedLines(` ${random.slice(0, 42)}.`)).toContain('aB3');
    expect(redactedLines(` ${random.slice(0, 43)}.`)).toBe(' [redacted].');
    expect(redactedLines(random.slice(0, 43))).toBe('[redacted]');
  });

  it('is found in linear time', () => {
    const started = performance.now();
    redacted('a'.repeat(1_000_000));
    redactedLines('a-'.repeat(500_000));
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
