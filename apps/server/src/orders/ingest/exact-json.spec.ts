import fc from 'fast-check';
import { parseExactly } from './exact-json';

// Characters that matter to a reader of JSON, in strings and keys too.
const text = fc.string({ unit: fc.constantFrom(...'"\\:{}[],.-+eE019 \n\tя/~'), maxLength: 12 });
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      text,
      fc.integer(),
      fc.constantFrom(null, true, false, 0.5, -1.25, 1e15, 2e-7, 9_007_199_254_740_991),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}));
const indent = fc.constantFrom('', ' ', '\t', '\r\n');

describe('parsing JSON exactly', () => {
  it('returns the value of any JSON that JavaScript represents exactly', () => {
    fc.assert(
      fc.property(value, indent, (given, space) => {
        const json = JSON.stringify(given, null, space);
        expect(parseExactly(json)).toEqual({ value: JSON.parse(json) });
      }),
      { numRuns: 1_000 },
    );
  });

  it('rejects a repeated key wherever it is', () => {
    fc.assert(
      fc.property(value, text, indent, (given, key, space) => {
        const name = JSON.stringify(key);
        const inner = JSON.stringify(given, null, space);
        const json = `[{"a":[{${name}:${inner},${space}${name}${space}:1}]}]`;
        expect(parseExactly(json)).toMatchObject({ rejection: { reason: 'duplicate_key' } });
      }),
    );
  });

  it('rejects an inexact number wherever it is, but not in a string', () => {
    fc.assert(
      fc.property(
        value,
        text,
        fc.constantFrom('9007199254740993', '1e400', '-0.12345678901234567'),
        (given, key, number) => {
          const around = (inner: string) => `[${JSON.stringify(given)},{${JSON.stringify(key)}:${inner}}]`;
          expect(parseExactly(around(number))).toMatchObject({
            rejection: { reason: 'number_out_of_range' },
          });
          expect(parseExactly(around(`"${number}"`))).toHaveProperty('value');
        },
      ),
    );
  });

  it.each([
    [String.raw`{"a~b":["x\u0000"]}`, '/a~0b/0'],
    [String.raw`{"a/b":{"\uDFFF":1}}`, '/a~1b'],
    [String.raw`["\\u0000\ud83d\ude00", "\uD83d"]`, '/1'],
  ])('names the text in %s that cannot be stored', (json, pointer) => {
    expect(parseExactly(json)).toMatchObject({ rejection: { reason: 'unsafe_text', pointer } });
  });

  it('accepts escapes that only look unsafe', () => {
    expect(parseExactly(String.raw`["\\u0000", "\ud83d\ude00"]`)).toEqual({
      value: [String.raw`\u0000`, '😀'],
    });
  });
});
