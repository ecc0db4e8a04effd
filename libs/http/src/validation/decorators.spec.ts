import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { IsCurrencyCode, IsDecimalString, IsIntegerId, IsText, IsTimestamp } from './decorators';

class Sample {
  @IsDecimalString(5, 3, { positive: true })
  weight: unknown = '1';

  @IsDecimalString(12, 2)
  amount: unknown = '1';

  @IsText(1, 4)
  text: unknown = 'a';

  @IsIntegerId()
  id: unknown = 1;

  @IsCurrencyCode()
  currency: unknown = 'USD';

  @IsTimestamp()
  at: unknown = '2026-11-21T09:00:00Z';
}

const refuses = (field: keyof Sample, value: unknown): boolean =>
  validateSync(Object.assign(new Sample(), { [field]: value })).some(({ property }) => property === field);

describe('the decorators of DTO fields', () => {
  it.each(['0.001', '1', '1.5', '10', '99999.999', '0.100'])('accept the weight %s', (value) => {
    expect(refuses('weight', value)).toBe(false);
  });

  it.each([
    '0',
    '0.000',
    '-1',
    '+1',
    '01',
    '1.',
    '.5',
    '1.2345',
    '100000',
    '1e3',
    ' 1',
    '1\n',
    '1,5',
    '',
    'NaN',
    '１',
    1.5,
    null,
    {},
    ['1'],
  ])('refuse the weight %p', (value) => {
    expect(refuses('weight', value)).toBe(true);
  });

  it('accept as an amount only decimals with at most 12 digits and 2 decimals, zero included', () => {
    const digits = fc.bigInt({ min: 0n, max: 10n ** 14n });
    fc.assert(
      fc.property(digits, fc.integer({ min: 0, max: 4 }), (whole, decimals) => {
        const fraction = decimals === 0 ? '' : `.${'7'.repeat(decimals)}`;
        return refuses('amount', `${whole}${fraction}`) === (whole >= 10n ** 12n || decimals > 2);
      }),
    );
  });

  it('count characters, not UTF-16 units, and refuse text that PostgreSQL can’t store', () => {
    expect(refuses('text', '📦📦📦📦')).toBe(false);
    expect(refuses('text', '📦📦📦📦📦')).toBe(true);
    for (const value of ['', 'a\0', '\ud800', 'abcde', 5, null, ['a']])
      expect(refuses('text', value)).toBe(true);
  });

  it('accept IDs that fit an integer column', () => {
    for (const value of [1, 2_147_483_647]) expect(refuses('id', value)).toBe(false);
    for (const value of [0, -1, 1.5, 2_147_483_648, '1', Number.NaN, null])
      expect(refuses('id', value)).toBe(true);
  });

  it('accept currency codes of three capital letters', () => {
    for (const value of ['usd', 'US', 'USDT', 'USD\n', 1, null])
      expect(refuses('currency', value)).toBe(true);
  });

  it.each([
    ...['2026-11-21T09:00:00Z', '2026-11-21T09:00:00.123456+03:00', '2028-02-29T23:59:59-11:30'],
    ...[
      '2026-11-21t09:00:00z',
      '9999-12-31T23:59:59.999Z',
      '9999-12-31T23:59:59+23:59',
      '1000-01-01T00:00:00Z',
    ],
  ])('accept the time %s', (value) => expect(refuses('at', value)).toBe(false));

  it.each([
    ...['2026-11-21', '2026-11-21 09:00:00Z', '2026-11-21T09:00:00', '2026-11-21T24:30:00Z', 'now', ''],
    ...['2027-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-10T00:00:00Z', '0001-01-01T00:00:00Z'],
    ...[
      '2026-11-21T24:00:00Z',
      '9999-12-31T23:59:59-23:59',
      '1000-01-01T00:00:00+00:01',
      '2026-11-21T09:00:00+24:00',
    ],
    ...['2026-11-21T09:60:00Z', '2026-11-21T09:00:61Z', '2026-11-21T09:00:00Z\n', 1_800_000_000, null],
  ])('refuse the time %p', (value) => {
    expect(refuses('at', value)).toBe(true);
  });
});
