import type { Rate } from './rate-list';
import { refused } from './upstream-error';

/** The bank quotes about forty currencies. Rejects a list of thousands. */
const MAX_CURRENCIES = 300;

/** No currency unit is worth more roubles. Also bounds the cost of a package. */
export const MAX_ROUBLES_PER_UNIT = 1_000_000;

/**
 * Reads one quotation. Keeps the decimal as text, with a decimal point.
 * @throws UpstreamError unless the value is a positive decimal, the nominal a power of ten up to a million, and the
 *   rate plausible.
 */
export function readRate(currency: string, value: string, nominal: string): Rate {
  const decimal = value.replace(',', '.');
  if (!/^(0|[1-9]\d{0,11})(\.\d{1,8})?$/.test(decimal))
    throw refused(`${currency}: value ${value.slice(0, 40)}`);
  if (!/[1-9]/.test(decimal)) throw refused(`${currency}: zero`);
  if (!/^10{0,6}$/.test(nominal)) throw refused(`${currency}: nominal ${nominal.slice(0, 40)}`);
  if (Number(decimal) >= MAX_ROUBLES_PER_UNIT * Number(nominal))
    throw refused(`${currency}: ${decimal} for ${nominal}`);
  return { value: decimal, nominal: Number(nominal) };
}

/**
 * Collects quotations into a list.
 * @throws UpstreamError for an invalid or repeated currency code, or for a list without the US dollar.
 */
export function gatherRates(entries: { currency: string; rate: Rate }[]): Map<string, Rate> {
  if (entries.length > MAX_CURRENCIES) throw refused(`${entries.length} currencies`);
  const rates = new Map<string, Rate>();
  for (const { currency, rate } of entries) {
    if (!/^[A-Z]{3}$/.test(currency)) throw refused(`currency code ${currency.slice(0, 40)}`);
    if (rates.has(currency)) throw refused(`${currency} twice`);
    rates.set(currency, rate);
  }
  if (!rates.has('USD')) throw refused(entries.length === 0 ? 'an empty list' : 'no USD');
  return rates;
}
