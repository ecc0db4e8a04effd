import type { TransactionContext } from '@waybill/core';
import type { Quotes, RatesService } from '@waybill/currency-rate';
import { PackagePrices } from './package-prices.service';
import type { PackagesRepository, UnpricedPackageRow } from './packages.repository';

const row = (id: number, day: string): UnpricedPackageRow => ({
  id,
  weightKg: '1',
  contentAmount: '1.00',
  contentCurrency: 'USD',
  createdAt: new Date(`${day}T12:00:00+03:00`),
});
const dollar = (day: string): Quotes => ({
  quotes: [
    {
      currency: 'USD',
      value: '80',
      nominal: 1,
      effectiveDate: day,
      source: 'cbr-xml',
      documentSha256: '',
      carriedOver: false,
    },
  ],
});

describe('pricing unpriced packages', () => {
  it('prices the newest day first and keeps its prices when an older day fails', async () => {
    const rows = [row(4, '2026-11-20'), row(3, '2026-11-20'), row(2, '2026-11-19'), row(1, '2026-11-18')];
    const run = new AbortController();
    const stored: number[][] = [];
    const packages = {
      listUnpriced: async () => rows,
      setPrices: async (_: TransactionContext, prices: ReadonlyMap<number, unknown>) => {
        stored.push([...prices.keys()]);
        return prices.size;
      },
    } as unknown as PackagesRepository;
    const askedFor: string[] = [];
    const rates = {
      quotesOn: async (day: string): Promise<Quotes> => {
        if (!askedFor.includes(day)) askedFor.push(day);
        if (day === '2026-11-20') return dollar(day);
        expect(stored).toEqual([[4, 3]]);
        run.abort();
        throw new Error('the process is stopping');
      },
    } as unknown as RatesService;
    await expect(new PackagePrices(packages, rates).priceUnpriced(run.signal)).rejects.toThrow('stopping');
    expect(stored).toEqual([[4, 3]]);
    expect(askedFor).toEqual(['2026-11-20', '2026-11-19']);
  });
});
