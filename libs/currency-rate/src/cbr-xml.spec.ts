import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseCbrXml } from './cbr-xml';
import { decodeWindows1251 } from './charset';
import { UpstreamError } from './upstream-error';

const bytes = readFileSync(join(__dirname, '../fixtures/XML_daily_2022-03-15.windows-1251.xml'));
const sample = decodeWindows1251({ bytes, charset: 'windows-1251' });

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof UpstreamError && error.fault === 'refused') return error.message;
    throw error;
  }
  return 'accepted';
}

describe('the bank’s XML', () => {
  it('is read exactly: day, decimal commas, nominals', () => {
    const { effectiveDate, rates } = parseCbrXml(sample);
    expect(effectiveDate).toBe('2022-03-15');
    expect(rates.size).toBe(34);
    expect(rates.get('AUD')).toEqual({ value: '83.5173', nominal: 1 });
    expect(rates.get('AMD')).toEqual({ value: '22.3221', nominal: 100 });
    expect(rates.get('UZS')?.nominal).toBe(1000);
  });

  it('may have a decimal point and unknown elements', () => {
    const text = sample.replace('83,5173</Value>', '83.5173</Value><VunitRate>83,5173</VunitRate>');
    expect(parseCbrXml(text).rates.get('AUD')?.value).toBe('83.5173');
  });

  const bomb =
    '<!DOCTYPE ValCurs [<!ENTITY a "1111111111"><!ENTITY b "&a;&a;&a;&a;">]><ValCurs Date="15.03.2022">';
  it.each([
    ['HTML', '<!DOCTYPE html><html></html>', 'no windows-1251 XML'],
    ['nothing', '', 'no windows-1251 XML'],
    ['another encoding', sample.replace('windows-1251', 'utf-8'), 'no windows-1251 XML'],
    ['another root', sample.replaceAll('ValCurs', 'Other'), 'no ValCurs'],
    ['half of it', sample.slice(0, sample.length / 2), 'not XML'],
    ['all but its end', sample.slice(0, -3), 'not XML'],
    ['a DTD with entities', sample.replace(/<ValCurs[^>]*>/, bomb), 'a DTD'],
    ['an external entity', sample.replace('?>', '?><!doctype x SYSTEM "file:///etc/passwd">'), 'a DTD'],
    ['an entity', sample.replace('83,5173', '8&#51;,5173'), 'AUD: value'],
    [
      'an empty list',
      '<?xml version="1.0" encoding="windows-1251"?><ValCurs Date="15.03.2022"/>',
      'an empty list',
    ],
    ['no dollar', sample.replace('>USD<', '>USX<'), 'no USD'],
    ['a zero', sample.replace('83,5173', '0,0000'), 'AUD: zero'],
    ['a negative rate', sample.replace('83,5173', '-83,5173'), 'AUD: value'],
    ['thousands', sample.replace('83,5173', '1.083,5173'), 'AUD: value'],
    ['two commas', sample.replace('83,5173', '83,51,73'), 'AUD: value'],
    ['an empty value', sample.replace('83,5173', ''), 'AUD: value'],
    ['a nominal with a separator', sample.replace('>100<', '>10,000<'), 'nominal 10,000'],
    ['nominal 7', sample.replace('>100<', '>7<'), 'nominal 7'],
    ['a currency twice', sample.replace('>AZN<', '>AUD<'), 'AUD twice'],
    ['a value twice', sample.replace('</Value>', '</Value><Value>1,0</Value>'), 'without one'],
    ['no code', sample.replace('<CharCode>AUD</CharCode>', ''), 'without one'],
    ['an invalid currency code', sample.replace('>AUD<', '>aud<'), 'currency code'],
    ['no date', sample.replace('Date="15.03.2022"', ''), 'Date is not a day'],
    ['a day that does not exist', sample.replace('15.03.2022', '31.02.2022'), 'Date is not a day'],
    ['a date in another order', sample.replace('15.03.2022', '03/15/2022'), 'Date is not a day'],
  ])('refuses %s', (_name, text, reason) => {
    expect(refusal(() => parseCbrXml(text))).toContain(reason);
  });

  it('is refused when it is truncated at any position', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sample.length - 1 }), (length) => {
        expect(refusal(() => parseCbrXml(sample.slice(0, length)))).not.toBe('accepted');
      }),
    );
  });

  it('is declared and decoded as windows-1251', () => {
    expect(sample).toContain('Австралийский доллар');
    expect(refusal(() => decodeWindows1251({ bytes, charset: 'utf-8' }))).toBe('charset utf-8');
    expect(refusal(() => decodeWindows1251({ bytes: Buffer.from(sample), charset: null }))).toContain(
      'UTF-8',
    );
    expect(
      refusal(() => parseCbrXml(decodeWindows1251({ bytes: Buffer.from(sample, 'utf16le'), charset: null }))),
    ).toContain('no windows-1251 XML');
  });
});
