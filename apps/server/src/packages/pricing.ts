import Big from 'big.js';
import { ROUBLE, type RateQuote } from '@waybill/currency-rate';

/** Inputs of a price. Decimals are strings, as PostgreSQL returns them. */
export interface PricingInputs {
  weightKg: string;
  contentAmount: string;
  contentCurrency: string;
}

/** How a cost was computed. Anyone can recompute the cost from this and the inputs. */
export interface Pricing {
  formulaVersion: number;
  rates: RateQuote[];
  /** In roubles, exact. */
  unrounded: string;
}

export type UnpricedReason = 'rate_unavailable' | 'currency_not_quoted';

export interface Price {
  /** In roubles, with 2 decimals. */
  cost: string;
  pricing: Pricing;
}

/** Increase this with every change of the formula, so that each price shows its formula. */
export const FORMULA_VERSION = 1;
export const FORMULA =
  'cost = 0.5 * weight_kg * R(USD) + 0.01 * content_value.amount * R(content_value.currency), where R(c) = value / nominal roubles for one unit of c, and R(RUB) = 1';

const COST_DECIMALS = 2;

/**
 * Pattern of every cost. The maximum is a little over 10^16 roubles: the heaviest package with the largest content
 * value, at the highest accepted rates.
 */
export const COST_PATTERN = String.raw`^(?:0|[1-9]\d{0,16})\.\d{2}$`;

/** Returns the currencies whose rates a price needs. */
export const currenciesOf = ({ contentCurrency }: PricingInputs): string[] => ['USD', contentCurrency];

/**
 * Computes the delivery cost. The arithmetic is exact, because nominals are powers of ten; the result is rounded half
 * up once, at the end.
 * @param rates quotes for the US dollar and for the content's currency, unless that is the rouble.
 */
export function priceOf(inputs: PricingInputs, rates: RateQuote[]): Price {
  const byWeight = new Big('0.5').times(inputs.weightKg).times(roublesPerUnit('USD', rates));
  const byValue = new Big('0.01')
    .times(inputs.contentAmount)
    .times(roublesPerUnit(inputs.contentCurrency, rates));
  const unrounded = byWeight.plus(byValue);
  return {
    cost: unrounded.toFixed(COST_DECIMALS, Big.roundHalfUp),
    pricing: { formulaVersion: FORMULA_VERSION, rates, unrounded: unrounded.toFixed() },
  };
}

/** Returns the roubles for one unit of a currency, as an exact decimal. */
export function roublesPerUnit(currency: string, rates: RateQuote[]): Big {
  if (currency === ROUBLE) return new Big(1);
  const quote = rates.find((rate) => rate.currency === currency);
  if (!quote) throw new Error(`No rate for ${currency}`);
  // Multiplies by 10^-n, because a division would round to Big.DP decimals.
  return new Big(quote.value).times(new Big(`1e-${String(quote.nominal).length - 1}`));
}
