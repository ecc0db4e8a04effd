import fc from 'fast-check';
import { z } from 'zod';
import { Cursors, type Keyset } from './cursors';
import { BadRequestError } from './errors';
import { dayKey, integerKey, timeKey, uuidKey } from './keysets';

const ids = new Cursors('things', z.tuple([integerKey]));
const anything = new Cursors('anything', z.array(z.union([z.string(), z.number()])) as z.ZodType<Keyset>);

const cursorAfter = <K extends Keyset>(list: Cursors<K>, keys: K, bound = {}): string =>
  String(list.page([keys, keys], 1, bound, (row) => row).next_cursor);
const forged = (text: string): string => Buffer.from(text).toString('base64url');

describe('a cursor', () => {
  it('returns its keys for the same filters in any order', () => {
    const keys = fc.array(fc.oneof(fc.string(), fc.integer()), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(keys, fc.string(), fc.integer(), (made, a, b) => {
        const cursor = cursorAfter(anything, made, { a, b, none: undefined });
        expect(anything.read(cursor, { b, a })).toEqual(made);
      }),
    );
    expect(anything.read(undefined, {})).toBeUndefined();
  });

  it('is refused with other filters or for another owner', () => {
    const cursor = cursorAfter(ids, [7], { owner: 'a', typeId: 1 });
    for (const bound of [
      {},
      { typeId: 1 },
      { owner: 'b', typeId: 1 },
      { owner: 'a', typeId: 2 },
      { owner: 'a', typeId: 1, x: true },
    ])
      expect(() => ids.read(cursor, bound)).toThrow(BadRequestError);
    expect(ids.read(cursor, { owner: 'a', typeId: 1 })).toEqual([7]);
  });

  it('is refused by another list with keys of the same type', () => {
    const other = new Cursors('others', z.tuple([integerKey]));
    expect(() => other.read(cursorAfter(ids, [7]), {})).toThrow(BadRequestError);
  });

  it('is refused if a key has a NUL, which PostgreSQL refuses', () => {
    expect(() => anything.read(cursorAfter(anything, ['a\0b']), {})).toThrow(BadRequestError);
    expect(anything.read(cursorAfter(anything, ['a\\u0000b']), {})).toEqual(['a\\u0000b']);
  });

  it('is refused if it is not canonical', () => {
    const cursor = cursorAfter(ids, [7]);
    const text = Buffer.from(cursor, 'base64url').toString();
    const others = [
      ...['!!', '=', '==', '\n', ' ', 'A'].map((more) => cursor + more),
      `!${cursor}`,
      forged(text.replace('7', '7.0')),
      forged(text.replace('7', '7e0')),
      forged(` ${text}`),
      forged(text.replace('things', '\\u0074hings')),
    ];
    for (const written of others) expect(() => ids.read(written, {})).toThrow(BadRequestError);
    fc.assert(
      fc.property(fc.string(), (any) => void expect(() => ids.read(any, {})).toThrow(BadRequestError)),
    );
  });
});

describe('a key of a keyset', () => {
  it.each([
    ['an id', integerKey, [1, 2_147_483_647], [0, -1, 1.5, 2_147_483_648, 1e308, '1', null]],
    [
      'a UUID',
      uuidKey,
      ['019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11'],
      ['x', '', 1, '019301F0-7b5c-7cc0-a2d4-0f6a2b1f8d11'],
    ],
    [
      'a day',
      dayKey,
      ['2024-02-29', '0001-01-01', '9999-12-31'],
      ['2026-02-31', '0000-01-01', '2026-1-1', 'today', '2026-02-29'],
    ],
    [
      'a time',
      timeKey,
      ['2026-02-28T23:59:59.999Z', '0001-01-01T00:00:00.000Z'],
      [
        ...['1', 'foo 1', '2026-02-31T00:00:00.000Z', '2026-02-28T24:00:00.000Z', '2026-02-28T23:59:60.000Z'],
        ...['0000-01-01T00:00:00.000Z', '+010000-01-01T00:00:00.000Z', '2026-02-28', '2026-02-28T23:59:59Z'],
        ...['2026-02-28T23:59:59.999+01:00', '2026-02-28 23:59:59.999Z', 'infinity'],
      ],
    ],
  ] as [string, z.ZodType, unknown[], unknown[]][])('is %s and nothing else', (_, key, good, bad) => {
    expect(good.filter((value) => !key.safeParse(value).success)).toEqual([]);
    expect(bad.filter((value) => key.safeParse(value).success)).toEqual([]);
  });
});
