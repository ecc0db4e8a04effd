import { daysBetween, isDay, moscowDay } from './moscow-day';
import type { Rate, RateList } from './rate-list';
import { gatherRates, readRate } from './read-rate';
import { refused } from './upstream-error';

/** A number as written in the document; a double would round it. */
class WrittenNumber {
  constructor(readonly source: string) {}
}

type JsonObject = Record<string, unknown>;

/** The longest gap between lists is the New Year holidays; a longer one is rejected. */
const MAX_GAP_DAYS = 21;
/** No rate changes this much overnight. A larger change suggests a changed nominal, which `Previous` does not state. */
const MAX_JUMP = 4;

/**
 * Parses the JSON mirror's document: its list and, where `Previous` is complete, the previous list.
 * @throws UpstreamError
 */
export function parseCbrJson(text: string): { list: RateList; previous: RateList | null } {
  const document = parseStrictly(text);
  const effectiveDate = readDate(document, 'Date');
  const previousDate = readDate(document, 'PreviousDate');
  if (previousDate >= effectiveDate)
    throw refused(`PreviousDate ${previousDate} is not before Date ${effectiveDate}`);
  if (!isObject(document.Valute)) throw refused('no Valute');
  const entries = Object.entries(document.Valute).map(([currency, entry]) => readEntry(currency, entry));
  const rates = gatherRates(entries);
  return { list: { effectiveDate, rates }, previous: readPrevious(previousDate, effectiveDate, entries) };
}

function readEntry(currency: string, entry: unknown) {
  if (!isObject(entry) || entry.CharCode !== currency) throw refused(`${currency.slice(0, 40)}: CharCode`);
  const nominal = readNumber(currency, entry, 'Nominal');
  const rate = readRate(currency, readNumber(currency, entry, 'Value'), nominal);
  if (entry.Previous === undefined) return { currency, rate, previous: null };
  return { currency, rate, previous: readRate(currency, readNumber(currency, entry, 'Previous'), nominal) };
}

function readPrevious(
  previousDate: string,
  effectiveDate: string,
  entries: { currency: string; rate: Rate; previous: Rate | null }[],
): RateList | null {
  if (daysBetween(previousDate, effectiveDate) > MAX_GAP_DAYS) return null;
  const rates = new Map<string, Rate>();
  for (const { currency, rate, previous } of entries) {
    if (previous === null || jumped(rate, previous)) return null;
    rates.set(currency, previous);
  }
  return { effectiveDate: previousDate, rates };
}

function jumped(rate: Rate, previous: Rate): boolean {
  const ratio = Number(rate.value) / Number(previous.value);
  return ratio > MAX_JUMP || ratio < 1 / MAX_JUMP;
}

function readNumber(currency: string, entry: JsonObject, key: string): string {
  const number = entry[key];
  if (!(number instanceof WrittenNumber)) throw refused(`${currency}: ${key} is not a number`);
  return number.source;
}

function readDate(document: JsonObject, key: string): string {
  const text = document[key];
  const match =
    typeof text === 'string' &&
    /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.exec(text);
  const instant = match && isDay(match[1] ?? '') ? new Date(match[0]) : null;
  if (instant === null || Number.isNaN(instant.getTime())) throw refused(`${key} is not a time`);
  return moscowDay(instant);
}

function parseStrictly(text: string): JsonObject {
  let document: unknown;
  let members: number;
  try {
    document = JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? new WrittenNumber(context?.source ?? '') : value,
    );
    members = countMembers(document);
  } catch (error) {
    throw refused(`not JSON: ${(error as Error).message.slice(0, 100)}`);
  }
  // JSON.parse silently keeps the last of two equal keys; then the text has more members than the parsed object.
  const written = text.replace(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;
  if (written !== members) throw refused('a repeated key');
  if (!isObject(document)) throw refused('not an object');
  return document;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof WrittenNumber) return 0;
  const children = Object.values(value);
  const own = Array.isArray(value) ? 0 : children.length;
  return children.reduce<number>((sum, child) => sum + countMembers(child), own);
}

function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof WrittenNumber)
  );
}
