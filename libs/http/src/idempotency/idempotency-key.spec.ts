import { idempotencyKeyOf } from './idempotency-key';

describe('idempotencyKeyOf', () => {
  it.each([
    ['none', undefined, undefined],
    ['a bare one', ['k-1'], 'k-1'],
    ['a quoted one', ['"k-1"'], 'k-1'],
    ['escapes', [String.raw`"a\"b\\c"`], String.raw`a"b\c`],
    ['a space in quotes', ['"a b"'], 'a b'],
    ['a quote inside a bare one', ['a"b'], 'a"b'],
    ['255 characters', ['x'.repeat(255)], 'x'.repeat(255)],
    ['255 characters and their quotes', [`"${'x'.repeat(255)}"`], 'x'.repeat(255)],
  ])('reads %s', (_, values, key) => {
    expect(idempotencyKeyOf(values)).toBe(key);
  });

  it.each([
    ['an empty one', ['']],
    ['an empty string', ['""']],
    ['a space in a bare one', ['a b']],
    ['non-ASCII characters', ['ключ']],
    ['a control character', ['a\tb']],
    ['256 characters', ['x'.repeat(256)]],
    ['an open quote', ['"abc']],
    ['something after the string', ['"abc";a=1']],
    ['another escape', [String.raw`"a\n"`]],
    ['two', ['a', 'a']],
  ])('refuses %s and names the header', (_, values) => {
    expect(() => idempotencyKeyOf(values)).toThrow(
      expect.objectContaining({
        code: 'bad_request',
        extras: { errors: [expect.objectContaining({ header: 'Idempotency-Key' })] },
      }),
    );
  });
});
