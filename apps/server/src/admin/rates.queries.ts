import { Injectable } from '@nestjs/common';
import { Cursors, dayKey, type Page, type PageRequest } from '@waybill/core';
import { type KnownList, RatesService } from '@waybill/currency-rate';
import { z } from 'zod';

const cursors = new Cursors('rates', z.tuple([dayKey]));

/** Reads of the rates that are known. */
@Injectable()
export class RatesQueries {
  constructor(private readonly rates: RatesService) {}

  /** A page of the known lists, newest effective date first. */
  async list({ limit, cursor }: PageRequest): Promise<Page<KnownList>> {
    const [before] = cursors.read(cursor, {}) ?? [];
    const lists = await this.rates.listKnown({ limit: limit + 1, before });
    return cursors.page(lists, limit, {}, ({ effectiveDate }) => [effectiveDate]);
  }
}
