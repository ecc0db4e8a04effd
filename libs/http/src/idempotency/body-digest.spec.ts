import fc from 'fast-check';
import { digestOfBody } from './body-digest';

const digest = (json: string) => digestOfBody(JSON.parse(json)).toString('hex');

describe('digestOfBody', () => {
  it('does not depend on how a body is written', () => {
    expect(digest('{"b":[1,{"y":2,"x":"\\u0061"}],"a":1.50}')).toBe(
      digest('{ "a": 15e-1, "b": [1, {"x": "a", "y": 2}] }'),
    );
  });

  it.each([
    ['values', '{"a":1}', '{"a":2}'],
    ['types', '{"a":1}', '{"a":"1"}'],
    ['the order of items', '[1,2]', '[2,1]'],
    ['null and absence', '{"a":null}', '{}'],
    ['an object and a list', '{}', '[]'],
    ['the nesting of a member', '{"a":{"b":1},"c":2}', '{"a":{"b":1,"c":2}}'],
  ])('distinguishes %s', (_, one, other) => {
    expect(digest(one)).not.toBe(digest(other));
  });

  it('distinguishes a missing body from any other', () => {
    expect(digestOfBody(undefined)).not.toEqual(digestOfBody(null));
    expect(digestOfBody(undefined)).not.toEqual(digestOfBody({}));
  });

  it('is equal only for equal values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const reversed = JSON.parse(JSON.stringify(one), (_, value: unknown) =>
          reverseMembers(value),
        ) as unknown;
        expect(digestOfBody(reversed)).toEqual(digestOfBody(JSON.parse(JSON.stringify(one))));
        const equal = digestOfBody(one).equals(digestOfBody(other));
        expect(equal).toBe(canEqual(one, other));
      }),
    );
  });
});

const reverseMembers = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toReversed())
    : value;

function canEqual(one: unknown, other: unknown): boolean {
  try {
    expect(JSON.parse(JSON.stringify(one))).toEqual(JSON.parse(JSON.stringify(other)));
    return true;
  } catch {
    return false;
  }
}
