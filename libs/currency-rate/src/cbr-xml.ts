import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { isDay } from './moscow-day';
import type { RateList } from './rate-list';
import { gatherRates, readRate } from './read-rate';
import { refused } from './upstream-error';

const parser = new XMLParser({
  processEntities: false,
  parseTagValue: false,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  isArray: (_name, path) => path === 'ValCurs.Valute',
});

/**
 * Parses the bank's XML after decoding.
 * @throws UpstreamError
 */
export function parseCbrXml(text: string): RateList {
  const root = readRoot(text);
  const entries = (Array.isArray(root.Valute) ? root.Valute : []).map(readEntry);
  return { effectiveDate: readDate(root['@Date']), rates: gatherRates(entries) };
}

function readRoot(text: string): Record<string, unknown> {
  if (!/^<\?xml version="1\.0" encoding="windows-1251"\s*\?>/i.test(text))
    throw refused('no windows-1251 XML');
  // Checked before the parser expands entities.
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw refused('a DTD');
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw refused(`not XML: ${valid.err.msg.slice(0, 100)}`);
  const root: unknown = (parser.parse(text) as Record<string, unknown>).ValCurs;
  if (typeof root !== 'object' || root === null || Array.isArray(root)) throw refused('no ValCurs');
  return root as Record<string, unknown>;
}

function readEntry(entry: unknown) {
  const { CharCode, Nominal, Value } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<
    string,
    unknown
  >;
  if (typeof CharCode !== 'string' || typeof Nominal !== 'string' || typeof Value !== 'string') {
    throw refused('a Valute without one CharCode, Nominal and Value');
  }
  return { currency: CharCode, rate: readRate(CharCode.slice(0, 40), Value, Nominal) };
}

function readDate(text: unknown): string {
  const match = typeof text === 'string' && /^(\d{2})\.(\d{2})\.(\d{4})$/.exec(text);
  const day = match ? `${match[3]}-${match[2]}-${match[1]}` : '';
  if (!isDay(day)) throw refused('Date is not a day');
  return day;
}
