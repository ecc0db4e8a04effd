/** The currency that rates are quoted in: it counts as 1 and has no rate. */
export const ROUBLE = 'RUB';

/** The codes that the Bank of Russia quoted on 2025-04-12; a newer one becomes known with the first list that has it. */
export const shippedCurrencies: ReadonlySet<string> = new Set(
  (
    'AED AMD AUD AZN BGN BRL BYN CAD CHF CNY CZK DKK EGP EUR GBP GEL HKD HUF IDR INR JPY KGS KRW KZT MDL NOK NZD ' +
    'PLN QAR RON RSD SEK SGD THB TJS TMT TRY UAH USD UZS VND XDR ZAR'
  ).split(' '),
);
