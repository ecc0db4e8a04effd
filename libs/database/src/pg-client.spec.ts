import { types } from 'pg';
import { toDate } from './pg-client';

describe('a timestamp', () => {
  const parseAsPg = types.getTypeParser(types.builtins.TIMESTAMPTZ) as (text: string) => unknown;

  it.each([
    '2026-11-21 09:00:00+00',
    '2026-11-21 09:00:00.1+00',
    '2026-11-21 09:00:00.123456+00',
    '2026-11-21 09:00:00.999999-08',
    '2026-11-21 09:00:00.123+03',
    '2026-11-21 09:00:00.123+05:30',
    '0001-01-01 00:00:00+00',
    '0044-03-15 12:00:00+00 BC',
    '12026-11-21 09:00:00+00',
    'infinity',
    '-infinity',
  ])('is parsed as pg parses it: %s', (text) => {
    expect(toDate(text)).toEqual(parseAsPg(text));
    expect(JSON.stringify(toDate(text))).toBe(JSON.stringify(parseAsPg(text)));
  });

  it('has the JSON of its new time after a change', () => {
    const date = toDate('2026-11-21 09:00:00.5+00');
    date.setUTCHours(10);
    expect(JSON.stringify(date)).toBe('"2026-11-21T10:00:00.500Z"');
  });
});
