import { IsCurrencyCode, IsDecimalString } from './decorators';

/** An amount of money. */
export class MoneyDto {
  /**
   * Decimal string of at least 0 and below 10^12, with at most 2 decimals.
   * @example "10.99"
   */
  @IsDecimalString(12, 2)
  amount!: string;

  /**
   * ISO 4217 currency code.
   * @example "USD"
   */
  @IsCurrencyCode()
  currency!: string;
}
