/** The currency that rates are quoted in. Its rate is 1 and is not stored. */
export const ROUBLE = 'RUB';

/** Codes that the Bank of Russia quoted on 2025-04-12. A newer code is accepted once a stored list contains it. */
export const shippedCurrencies: ReadonlySet<string> = new Set(
  (
    'AED AMD AUD AZN BGN BRL BYN CAD CHF CNY CZK DKK EGP EUR GBP GEL HKD HUF IDR INR JPY KGS KRW KZT MDL NOK NZD ' +
    'PLN QAR RON RSD SEK SGD THB TJS TMT TRY UAH USD UZS VND XDR ZAR'
  ).split(' '),
);
