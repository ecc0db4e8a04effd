import { Injectable } from '@nestjs/common';
import { Cursors, dayKey, type Page, type PageRequest } from '@waybill/core';
import { type KnownList, RatesService } from '@waybill/currency-rate';
import { z } from 'zod';

const cursors = new Cursors('rates', z.tuple([dayKey]));

/** Reads the stored rate lists. */
@Injectable()
export class RatesQueries {
  constructor(private readonly rates: RatesService) {}

  /** Returns a page of stored lists, newest effective date first. */
  async list({ limit, cursor }: PageRequest): Promise<Page<KnownList>> {
    const [before] = cursors.read(cursor, {}) ?? [];
    const lists = await this.rates.listKnown({ limit: limit + 1, before });
    return cursors.page(lists, limit, {}, ({ effectiveDate }) => [effectiveDate]);
  }
}
