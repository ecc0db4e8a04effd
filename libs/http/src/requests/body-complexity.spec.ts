import fc from 'fast-check';
import { checkComplexity, MAX_DEPTH, MAX_VALUES } from './body-complexity';

const codeOf = (json: string) => checkComplexity(Buffer.from(json))?.extras.errors?.[0]?.code;
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const list = (length: number, item = '0') => `[${Array.from({ length }, () => item).join()}]`;

function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, inner) => sum + 1 + valuesIn(inner), 0);
}

describe('checkComplexity', () => {
  it('counts fields and items at every level, up to the limit', () => {
    expect(codeOf(list(MAX_VALUES))).toBeUndefined();
    expect(codeOf(list(MAX_VALUES + 1))).toBe('too_many_values');
    expect(codeOf(list(MAX_VALUES / 2, '[1]'))).toBeUndefined();
    expect(codeOf(list(MAX_VALUES / 2, '{"a":1}'))).toBeUndefined();
    expect(codeOf(`[${list(MAX_VALUES / 2, '{"a":1}')}]`)).toBe('too_many_values');
    expect(codeOf(list(MAX_VALUES, ' [ ] '))).toBeUndefined();
  });

  it('accepts nesting up to the limit', () => {
    expect(codeOf(nested(MAX_DEPTH))).toBeUndefined();
    expect(codeOf(nested(MAX_DEPTH + 1))).toBe('too_deep');
    expect(codeOf('{"a":'.repeat(100_000))).toBe('too_deep');
  });

  it('ignores brackets and commas in strings', () => {
    expect(codeOf(`["${'[{,'.repeat(5_000)}"]`)).toBeUndefined();
    expect(codeOf(`["\\"${'[{,'.repeat(5_000)}\\\\", 1]`)).toBeUndefined();
    expect(codeOf(`{"${'\\"['.repeat(5_000)}":1}`)).toBeUndefined();
    expect(codeOf(`["\\\\",${nested(MAX_DEPTH)}]`)).toBe('too_deep');
  });

  it('counts the same values as JSON.parse, for any formatting', () => {
    const values = fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 2 }), (some, indent) => {
        const count = valuesIn(some);
        const json = (filler: number) =>
          JSON.stringify([...some, ...Array.from({ length: filler }, () => 0)], undefined, indent);
        expect(codeOf(json(MAX_VALUES - count))).toBeUndefined();
        expect(codeOf(json(MAX_VALUES - count + 1))).toBe('too_many_values');
      }),
    );
  });

  it('ends for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => checkComplexity(bytes) === undefined));
  });
});
