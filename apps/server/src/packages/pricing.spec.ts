import Big from 'big.js';
import fc from 'fast-check';
import { MAX_ROUBLES_PER_UNIT, type RateQuote } from '@waybill/currency-rate';
import { COST_PATTERN, currenciesOf, priceOf, type PricingInputs } from './pricing';

/** An exact fraction. */
interface Rational {
  top: bigint;
  bottom: bigint;
}

const rational = (decimal: string): Rational => {
  const [whole = '', decimals = ''] = decimal.split('.');
  return { top: BigInt(whole + decimals), bottom: 10n ** BigInt(decimals.length) };
};
const times = (a: Rational, b: Rational): Rational => ({ top: a.top * b.top, bottom: a.bottom * b.bottom });
const plus = (a: Rational, b: Rational): Rational => ({
  top: a.top * b.bottom + b.top * a.bottom,
  bottom: a.bottom * b.bottom,
});
const equal = (a: Rational, b: Rational): boolean => a.top * b.bottom === b.top * a.bottom;

/** Rounds half up to two decimals. */
function toMoney({ top, bottom }: Rational): string {
  const hundredths = (top * 200n + bottom) / (2n * bottom);
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')}`;
}

const roubles = (currency: string, rates: RateQuote[]): Rational => {
  if (currency === 'RUB') return { top: 1n, bottom: 1n };
  const rate = rates.find((one) => one.currency === currency)!;
  return times(rational(rate.value), { top: 1n, bottom: BigInt(rate.nominal) });
};

const expectedOf = (inputs: PricingInputs, rates: RateQuote[]): Rational =>
  plus(
    times(times({ top: 1n, bottom: 2n }, rational(inputs.weightKg)), roubles('USD', rates)),
    times(
      times({ top: 1n, bottom: 100n }, rational(inputs.contentAmount)),
      roubles(inputs.contentCurrency, rates),
    ),
  );

/** A decimal from `min` to `max` units of its last place, with all, some or none of its trailing zeros. */
const decimal = (decimals: number, min: bigint, max: bigint): fc.Arbitrary<string> =>
  fc.tuple(fc.bigInt({ min, max }), fc.boolean()).map(([units, trim]) => {
    const digits = String(units).padStart(decimals + 1, '0');
    const text = `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
    return trim ? text.replace(/\.?0+$/, '') : text;
  });

const quote = (currency: string): fc.Arbitrary<RateQuote> =>
  fc.record({
    currency: fc.constant(currency),
    value: decimal(8, 1n, 10n ** 16n),
    nominal: fc.constantFrom(1, 10, 100, 1_000, 10_000, 100_000, 1_000_000),
    effectiveDate: fc.constant('2026-11-21'),
    source: fc.constant('cbr-json' as const),
    documentSha256: fc.constant('0'.repeat(64)),
    carriedOver: fc.boolean(),
  });

const cases = fc.record({
  inputs: fc.record({
    weightKg: decimal(3, 1n, 99_999_999n),
    contentAmount: decimal(2, 0n, 99_999_999_999_999n),
    contentCurrency: fc.constantFrom('USD', 'EUR', 'RUB'),
  }),
  rates: fc.tuple(quote('USD'), quote('EUR')),
});

describe('the price of a package', () => {
  it('equals the exact fraction, rounded half up once, for any weight, value, nominal and rate', () => {
    fc.assert(
      fc.property(cases, ({ inputs, rates }) => {
        const { cost, pricing } = priceOf(inputs, rates);
        const expected = expectedOf(inputs, rates);
        expect(cost).toBe(toMoney(expected));
        expect(equal(rational(pricing.unrounded), expected)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    // Exactly half a kopek is rounded up. Slightly less is rounded down.
    ['0.5 kg at 0.02', { weightKg: '0.5', contentAmount: '0' }, '0.02', 1, '0.01'],
    ['0.5 kg at 0.0199999', { weightKg: '0.5', contentAmount: '0' }, '0.0199999', 1, '0.00'],
    ['1.5 kg and 10.99 at 84.004', { weightKg: '1.5', contentAmount: '10.99' }, '84.004', 1, '72.24'],
    [
      'the maximum weight and value',
      { weightKg: '99999.999', contentAmount: '999999999999.99' },
      '84.004',
      1,
      '840044200199.95',
    ],
  ])('is rounded half up once for %s', (_, inputs, value, nominal, cost) => {
    const usd = fc.sample(quote('USD'), 1)[0]!;
    expect(priceOf({ ...inputs, contentCurrency: 'USD' }, [{ ...usd, value, nominal }]).cost).toBe(cost);
  });

  it('needs the rates of the dollar and of the content’s currency', () => {
    const inputs = { weightKg: '1', contentAmount: '1', contentCurrency: 'EUR' };
    expect(currenciesOf(inputs)).toEqual(['USD', 'EUR']);
    expect(() => priceOf(inputs, fc.sample(quote('USD'), 1))).toThrow('No rate for EUR');
  });

  it('stays below the documented maximum for the largest package at the highest accepted rates', () => {
    const value = new Big(MAX_ROUBLES_PER_UNIT).minus('0.00000001').toFixed();
    const rates = ['USD', 'XYZ'].map((one) => ({ ...fc.sample(quote(one), 1)[0]!, value, nominal: 1 }));
    const largest = { weightKg: '99999.999', contentAmount: '999999999999.99', contentCurrency: 'XYZ' };
    const { cost } = priceOf(largest, rates);
    expect(cost).toMatch(new RegExp(COST_PATTERN));
    // The maximum has as few digits as possible.
    expect(`1${cost}`).not.toMatch(new RegExp(COST_PATTERN));
  });
});
