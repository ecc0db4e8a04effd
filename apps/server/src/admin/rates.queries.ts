import { Injectable } from '@nestjs/common';
import { type KnownList, RatesService } from '@waybill/currency-rate';
import { decodeCursor, type ListQuery, type Page, toPage } from '@waybill/http';

/** Reads of the rates that are known. */
@Injectable()
export class RatesQueries {
  constructor(private readonly rates: RatesService) {}

  /** A page of the known lists, newest effective date first. */
  async list({ limit, cursor }: ListQuery): Promise<Page<KnownList>> {
    const [before] = cursor === undefined ? [] : decodeCursor<[string]>(cursor, {}, isDateKeyset);
    const lists = await this.rates.listKnown({ limit: limit + 1, before });
    return toPage(lists, limit, {}, ({ effectiveDate }) => [effectiveDate]);
  }
}

function isDateKeyset(keys: unknown[]): boolean {
  const [day] = keys;
  if (keys.length !== 1 || typeof day !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(day)) return false;
  const time = Date.parse(`${day}T00:00:00Z`);
  // The round trip finds the 30th of February.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
