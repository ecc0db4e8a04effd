import fc from 'fast-check';
import { BadRequestError } from '../problems/errors';
import { decodeCursor, encodeCursor } from './cursor';

const anything = () => true;

describe('a cursor', () => {
  it('gives back the keys that it was made of, for the same filters in any order', () => {
    const keys = fc.array(fc.oneof(fc.string(), fc.integer()), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(keys, fc.string(), fc.integer(), (made, a, b) => {
        const cursor = encodeCursor(made, { a, b, none: undefined });
        expect(decodeCursor(cursor, { b, a }, anything)).toEqual(made);
      }),
    );
  });

  it('is refused for other filters', () => {
    const cursor = encodeCursor([7], { typeId: 1 });
    for (const filters of [{}, { typeId: 2 }, { typeId: 1, hasCost: true }]) {
      expect(() => decodeCursor(cursor, filters, anything)).toThrow(BadRequestError);
    }
  });

  it('is refused where its keys are not those of the list, and where it is none at all', () => {
    expect(() => decodeCursor(encodeCursor(['x'], {}), {}, () => false)).toThrow(BadRequestError);
    fc.assert(
      fc.property(
        fc.string(),
        (text) => void expect(() => decodeCursor(text, {}, anything)).toThrow(BadRequestError),
      ),
    );
  });
});
