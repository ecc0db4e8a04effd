import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseCbrJson } from './cbr-json';
import { snapshot } from './snapshot';
import { UpstreamError } from './upstream-error';

const sample = readFileSync(join(__dirname, '../fixtures/daily_2025-04-12.json'), 'utf8');

function refusal(text: string): string {
  try {
    parseCbrJson(text);
  } catch (error) {
    if (error instanceof UpstreamError && error.fault === 'refused') return error.message;
    throw error;
  }
  return 'accepted';
}

describe('the JSON mirror’s document', () => {
  it('is read exactly: dates, nominals, values and the previous list', () => {
    const { list, previous } = parseCbrJson(sample);
    expect(list.effectiveDate).toBe('2025-04-12');
    expect(list.rates.size).toBe(43);
    expect(list.rates.get('AUD')).toEqual({ value: '52.0573', nominal: 1 });
    expect(list.rates.get('KRW')).toEqual({ value: '57.5962', nominal: 1000 });
    expect(list.rates.get('VND')?.nominal).toBe(10_000);
    expect(previous?.effectiveDate).toBe('2025-04-11');
    expect(previous?.rates.get('KRW')).toEqual({ value: '57.3308', nominal: 1000 });
    expect(previous?.rates.size).toBe(43);
  });

  it('has the format of the included snapshot', () => {
    expect(Object.fromEntries(parseCbrJson(sample).list.rates)).toEqual(snapshot.rates);
  });

  it('has its day in Moscow time, whatever its UTC offset', () => {
    const text = sample.replace('2025-04-12T11:30:00+03:00', '2025-04-11T22:00:00Z');
    expect(parseCbrJson(text).list.effectiveDate).toBe('2025-04-12');
  });

  it('keeps values that a double would round', () => {
    const { list } = parseCbrJson(
      sample.replace('52.0573', '123456789012.00000001').replace('"Nominal": 1,', '"Nominal": 1000000,'),
    );
    expect(list.rates.get('AUD')?.value).toBe('123456789012.00000001');
  });

  it('has no previous list when Previous is missing, or when a value jumps as after a change of the nominal', () => {
    expect(parseCbrJson(sample.replace(/,\s+"Previous": 52.7014/, '')).previous).toBeNull();
    expect(parseCbrJson(sample.replace('52.7014', '527.014')).previous).toBeNull();
    expect(parseCbrJson(sample.replace('2025-04-11T', '2025-03-01T')).previous).toBeNull();
  });

  it.each([
    ['HTML', '<!DOCTYPE html><html></html>', 'not JSON'],
    ['nothing', '', 'not JSON'],
    ['half of it', sample.slice(0, sample.length / 2), 'not JSON'],
    ['an array', '[]', 'not an object'],
    ['an empty list', sample.replace(/"Valute": [^]*$/, '"Valute": {}}'), 'an empty list'],
    ['no list', sample.replace('"Valute"', '"Other"'), 'no Valute'],
    ['no dollar', sample.replace(/"USD"/g, '"USX"'), 'no USD'],
    ['a zero', sample.replace('52.0573', '0'), 'AUD: zero'],
    ['a long zero', sample.replace('52.0573', '0.0000'), 'AUD: zero'],
    ['a zero in Previous', sample.replace('52.7014', '0'), 'AUD: zero'],
    ['a negative rate', sample.replace('52.0573', '-52.0573'), 'AUD: value'],
    ['an implausibly high rate', sample.replace('52.0573', '1000000'), 'AUD: 1000000 for 1'],
    ['an exponent', sample.replace('52.0573', '5.2e1'), 'AUD: value'],
    ['a decimal comma', sample.replace('52.0573', '52,0573'), 'not JSON'],
    ['text for a number', sample.replace('52.0573', '"52.0573"'), 'AUD: Value is not a number'],
    ['null for a number', sample.replace('52.0573', 'null'), 'AUD: Value is not a number'],
    ['nominal 3', sample.replace('"Nominal": 100,', '"Nominal": 3,'), 'nominal'],
    ['nominal 0', sample.replace('"Nominal": 100,', '"Nominal": 0,'), 'nominal'],
    ['nominal 10.0', sample.replace('"Nominal": 100,', '"Nominal": 10.0,'), 'nominal'],
    ['ten millions', sample.replace('"Nominal": 100,', '"Nominal": 10000000,'), 'nominal'],
    [
      'a currency twice',
      sample.replace('"AZN": {', '"AUD": {').replace('"CharCode": "AZN"', '"CharCode": "AUD"'),
      'a repeated key',
    ],
    ['one code under two keys', sample.replace('"CharCode": "AZN"', '"CharCode": "AUD"'), 'AZN: CharCode'],
    [
      'a value twice',
      sample.replace('"Value": 52.0573', '"Value": 1, "\\u0056alue": 52.0573'),
      'a repeated key',
    ],
    ['a day that does not exist', sample.replace('2025-04-12T', '2025-02-30T'), 'Date is not a time'],
    ['no date', sample.replace('"Date"', '"Day"'), 'Date is not a time'],
    [
      'a date without a time',
      sample.replace('2025-04-12T11:30:00+03:00', '2025-04-12'),
      'Date is not a time',
    ],
    ['dates in the wrong order', sample.replace('2025-04-11T', '2025-04-12T'), 'PreviousDate'],
    ['deep nesting', '['.repeat(500_000), 'not JSON'],
  ])('refuses %s', (_name, text, reason) => {
    expect(refusal(text)).toContain(reason);
  });

  it('is refused when it is truncated at any position', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sample.length - 1 }), (length) => {
        expect(refusal(sample.slice(0, length))).not.toBe('accepted');
      }),
    );
  });

  it('returns every value digit by digit', () => {
    const decimal = fc
      .tuple(fc.integer({ min: 1, max: 999_999 }), fc.integer({ min: 0, max: 99_999_999 }))
      .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(8, '0')}`);
    fc.assert(
      fc.property(decimal, fc.integer({ min: 0, max: 6 }), (value, power) => {
        const text = sample
          .replace('"Nominal": 1,', `"Nominal": ${10 ** power},`)
          .replace('"Value": 52.0573', `"Value": ${value}`);
        expect(parseCbrJson(text).list.rates.get('AUD')).toEqual({ value, nominal: 10 ** power });
      }),
    );
  });
});
