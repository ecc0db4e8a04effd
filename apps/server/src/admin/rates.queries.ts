import { Injectable } from '@nestjs/common';
import { type KnownList, RatesService } from '@waybill/currency-rate';
import { Cursors, dayKey, type ListQuery, type Page } from '@waybill/http';
import { z } from 'zod';

const cursors = new Cursors('rates', z.tuple([dayKey]));

/** Reads of the rates that are known. */
@Injectable()
export class RatesQueries {
  constructor(private readonly rates: RatesService) {}

  /** A page of the known lists, newest effective date first. */
  async list({ limit, cursor }: ListQuery): Promise<Page<KnownList>> {
    const [before] = cursors.read(cursor, {}) ?? [];
    const lists = await this.rates.listKnown({ limit: limit + 1, before });
    return cursors.page(lists, limit, {}, ({ effectiveDate }) => [effectiveDate]);
  }
}
