import { eventually } from '../../../test/support/poll';
import {
  type CbrUpstream,
  datedJson,
  datedXml,
  hang,
  serve,
  startCbrUpstream,
  status,
} from '../../../test/support/cbr-upstream';
import { createRatesDatabase, forgetRates, metric, type RatesProcess, startRates } from '../test/harness';
import type { OpenDatabase } from '../../../test/support/typeorm';
import { TransactionContext } from '@waybill/core';
import { addDays } from './moscow-day';
import { RatesStoppedError, RatesUnavailableError } from './rates.errors';

const TODAY = '2026-11-21';
const USD_PREVIOUS = '85.0159';

let database: OpenDatabase;
let upstream: CbrUpstream;
let here: RatesProcess;
let clock: Date;
const extra: RatesProcess[] = [];

/** The time in Moscow, some days from today. */
function moscow(time: string, days = 0): Date {
  return new Date(`${addDays(TODAY, days)}T${time}:00+03:00`);
}

async function another(options: Partial<Parameters<typeof startRates>[1]> = {}): Promise<RatesProcess> {
  const process = await startRates(database.url, { ...upstream, now: () => clock, ...options });
  extra.push(process);
  return process;
}

beforeAll(async () => {
  database = await createRatesDatabase();
});

afterAll(() => database.close());

beforeEach(async () => {
  clock = moscow('12:00');
  upstream = await startCbrUpstream({ now: () => clock });
  here = await startRates(database.url, { ...upstream, now: () => clock });
  await forgetRates(here);
});

afterEach(async () => {
  await Promise.all([here, ...extra.splice(0)].map((process) => process.stop()));
  await upstream.stop();
});

describe('the rate of a day', () => {
  it('is fetched once with its source and then stored', async () => {
    const quotes = [
      {
        currency: 'VND',
        value: '33.7054',
        nominal: 10_000,
        effectiveDate: TODAY,
        source: 'cbr-json',
        documentSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        carriedOver: false,
      },
      expect.objectContaining({ currency: 'USD', value: '84.004', nominal: 1 }),
    ];
    expect(await here.rates.quotesOn(TODAY, ['VND', 'RUB', 'USD', 'VND'])).toEqual({ quotes });
    expect(await (await another()).rates.quotesOn(TODAY, ['VND', 'USD'])).toEqual({ quotes });
    expect(upstream.requests).toEqual([{ source: 'json', day: null }]);
  });

  it('is read from the stored lists alone, in an open transaction', async () => {
    const stored = (day: string, currencies: string[]) =>
      database.database.transaction(ctx, () => here.rates.storedQuotesOn(ctx, day, currencies));
    const ctx = new TransactionContext();
    const unavailable = { unavailable: 'upstream_unavailable' };
    expect(await stored(TODAY, ['USD'])).toEqual(unavailable);
    await here.rates.quotesOn(TODAY, ['USD']);
    upstream.requests.length = 0;
    const quote = (carriedOver: boolean) => [{ effectiveDate: TODAY, value: '84.004', carriedOver }];
    expect(await stored(TODAY, ['USD'])).toMatchObject({ quotes: quote(false) });
    expect(await stored(TODAY, ['XDR', 'AAA'])).toEqual({ unavailable: 'currency_not_quoted' });
    expect(await stored(addDays(TODAY, 14), ['USD'])).toMatchObject({ quotes: quote(true) });
    expect(await stored(addDays(TODAY, 15), ['USD'])).toEqual(unavailable);
    expect(await stored(addDays(TODAY, 15), ['RUB'])).toEqual({ quotes: [] });
    expect(upstream.requests).toEqual([]);
  });

  it('needs no upstream for roubles', async () => {
    expect(await here.rates.quotesOn(TODAY, ['RUB'])).toEqual({ quotes: [] });
    expect(upstream.requests).toEqual([]);
  });

  it('is fetched again on a new day: a list fetched yesterday at 10:00 does not price today at 09:00', async () => {
    clock = moscow('10:00', -1);
    await here.rates.quotesOn(addDays(TODAY, -1), ['USD']);
    clock = moscow('09:00');
    const answer = await here.rates.quotesOn(TODAY, ['USD']);
    expect(answer).toMatchObject({ quotes: [{ effectiveDate: TODAY, carriedOver: false }] });
    expect(upstream.requests).toHaveLength(2);
  });

  it('comes from the last list on a weekend, settled by a fetch on that day', async () => {
    clock = moscow('09:00', 2);
    upstream.respondWith('json', serve(datedJson(TODAY, addDays(TODAY, -1))));
    const answer = await here.rates.quotesOn(addDays(TODAY, 2), ['USD']);
    expect(answer).toMatchObject({
      quotes: [{ effectiveDate: TODAY, source: 'cbr-json', carriedOver: false }],
    });
    expect(upstream.requests.map(({ source }) => source)).toEqual(['json']);
  });

  it('comes from Previous when tomorrow’s list is already out', async () => {
    clock = moscow('19:00');
    upstream.respondWith('json', serve(datedJson(addDays(TODAY, 1), TODAY)));
    const today = await here.rates.quotesOn(TODAY, ['USD']);
    expect(today).toMatchObject({
      quotes: [{ effectiveDate: TODAY, source: 'cbr-json', value: USD_PREVIOUS }],
    });
    const tomorrow = await here.rates.quotesOn(addDays(TODAY, 1), ['USD']);
    expect(tomorrow).toMatchObject({ quotes: [{ effectiveDate: addDays(TODAY, 1), value: '84.004' }] });
    expect(upstream.requests).toHaveLength(1);
  });

  it('comes from date_req when tomorrow’s list is out and Previous can’t be used', async () => {
    const json = datedJson(addDays(TODAY, 1), TODAY).replace(/,\s+"Previous": 52.7014/, '');
    upstream.respondWith('json', serve(json));
    const answer = await here.rates.quotesOn(TODAY, ['USD']);
    expect(answer).toMatchObject({ quotes: [{ effectiveDate: TODAY, source: 'cbr-xml', value: '84.004' }] });
    expect(upstream.requests).toEqual([
      { source: 'json', day: null },
      { source: 'xml', day: TODAY },
    ]);
  });

  it('of a past day comes from date_req, however late it is needed', async () => {
    const day = addDays(TODAY, -40);
    const answer = await here.rates.quotesOn(day, ['USD']);
    expect(answer).toMatchObject({ quotes: [{ effectiveDate: day, source: 'cbr-xml', carriedOver: false }] });
  });

  it('between two known lists is not taken from the older one', async () => {
    for (const days of [-20, 0]) {
      clock = moscow('12:00', days);
      await here.rates.quotesOn(addDays(TODAY, days), ['USD']);
    }
    const day = addDays(TODAY, -10);
    expect(await here.rates.quotesOn(day, ['USD'])).toMatchObject({ quotes: [{ effectiveDate: day }] });
  });

  it('of tomorrow is not settled by the list of today', async () => {
    const tomorrow = addDays(TODAY, 1);
    upstream.respondWith('xml', serve(datedXml(TODAY)));
    const early = await here.rates.quotesOn(tomorrow, ['USD']);
    expect(early).toMatchObject({ quotes: [{ effectiveDate: TODAY, carriedOver: true }] });
    clock = moscow('00:01', 1);
    const later = await here.rates.quotesOn(tomorrow, ['USD']);
    expect(later).toMatchObject({ quotes: [{ effectiveDate: tomorrow, carriedOver: false }] });
  });

  it('uses the clock of PostgreSQL by default', async () => {
    const process = await another({ now: undefined });
    clock = new Date();
    const answer = await process.rates.quotesOn(addDays(clock.toISOString().slice(0, 10), -3), ['USD']);
    expect(answer).toMatchObject({ quotes: [{ carriedOver: false }] });
  });
});

describe('a settled rate', () => {
  it('does not change when the mirror later contradicts it', async () => {
    await here.rates.quotesOn(TODAY, ['USD']);
    clock = moscow('19:00');
    upstream.respondWith('json', serve(datedJson(addDays(TODAY, 1), TODAY)));
    await here.rates.refresh();
    const process = await another();
    expect(await process.rates.quotesOn(TODAY, ['USD'])).toMatchObject({ quotes: [{ value: '84.004' }] });
    expect(await process.rates.quotesOn(addDays(TODAY, 1), ['USD'])).toMatchObject({
      quotes: [{ value: '84.004' }],
    });
  });

  it('does not change when a newer list appears for a day that a slow mirror had settled', async () => {
    upstream.respondWith('json', serve(datedJson(addDays(TODAY, -1), addDays(TODAY, -2))));
    await here.rates.quotesOn(TODAY, ['USD']);
    upstream.respondWith('json');
    await here.rates.refresh();
    const answer = await (await another()).rates.quotesOn(TODAY, ['USD']);
    expect(answer).toMatchObject({ quotes: [{ effectiveDate: addDays(TODAY, -1) }] });
  });

  it('is completed from the bank if Previous lacks a currency', async () => {
    const json = datedJson(addDays(TODAY, 1), TODAY).replace(/"BGN": \{[^}]*\},/, '');
    // The mirror's Previous and the bank's list have the same values, as in reality.
    upstream.respondWith(
      'json',
      serve(json.replace(/("Value": )([\d.]+)(,\s+"Previous": )[\d.]+/g, '$1$2$3$2')),
    );
    expect(await here.rates.quotesOn(TODAY, ['USD'])).toMatchObject({ quotes: [{ source: 'cbr-json' }] });
    upstream.respondWith('xml', status(500));
    expect(await here.rates.quotesOn(TODAY, ['BGN'])).toEqual({ unavailable: 'upstream_unavailable' });
    upstream.respondWith('xml');
    const both = await here.rates.quotesOn(TODAY, ['BGN', 'USD']);
    expect(both).toMatchObject({ quotes: [{ currency: 'BGN', source: 'cbr-xml' }, { value: '84.004' }] });
  });

  it('reports that a currency is not quoted, instead of fetching again and again', async () => {
    upstream.respondWith(
      'json',
      serve(datedJson(TODAY, addDays(TODAY, -1)).replace(/"BGN": \{[^}]*\},/, '')),
    );
    expect(await here.rates.quotesOn(TODAY, ['BGN'])).toEqual({ unavailable: 'currency_not_quoted' });
    expect(await here.rates.quotesOn(TODAY, ['BGN', 'USD'])).toEqual({ unavailable: 'currency_not_quoted' });
    expect(upstream.requests).toHaveLength(1);
  });

  it('is served from the cache, or from PostgreSQL when the cache fails', async () => {
    await here.rates.quotesOn(TODAY, ['USD']);
    await here.dataSource.query(`UPDATE currency_rates SET value = 99 WHERE currency = 'USD'`);
    expect(await here.rates.quotesOn(TODAY, ['USD'])).toMatchObject({ quotes: [{ value: '84.004' }] });
    here.cache.get = () => Promise.reject(new Error('the cache is down'));
    here.cache.set = () => Promise.reject(new Error('the cache is down'));
    expect(await here.rates.quotesOn(TODAY, ['USD'])).toMatchObject({ quotes: [{ value: '99' }] });
  });
});

describe('when fetching fails', () => {
  it('the newest list within the maximum age is used and marked as carried over; an older one is not used', async () => {
    await here.rates.quotesOn(TODAY, ['USD']);
    upstream.respondWith('both', status(500));
    clock = moscow('12:00', 14);
    expect(await here.rates.quotesOn(addDays(TODAY, 14), ['USD'])).toMatchObject({
      quotes: [{ effectiveDate: TODAY, carriedOver: true, source: 'cbr-json' }],
    });
    clock = moscow('12:00', 15);
    expect(await here.rates.quotesOn(addDays(TODAY, 15), ['USD'])).toEqual({
      unavailable: 'upstream_unavailable',
    });
  });

  it('and no list is stored, there is no rate until a fetch succeeds', async () => {
    upstream.respondWith('both', status(500));
    expect(await here.rates.quotesOn(TODAY, ['USD'])).toEqual({ unavailable: 'upstream_unavailable' });
    clock = moscow('12:00', 3);
    upstream.respondWith('both');
    expect(await here.rates.quotesOn(TODAY, ['USD'])).toMatchObject({
      quotes: [{ effectiveDate: TODAY, carriedOver: false }],
    });
  });

  it('the included snapshot is used only if allowed, and is marked as the source', async () => {
    upstream.respondWith('both', status(500));
    const embedded = await another({ snapshot: true });
    const quote = { value: '84.004', effectiveDate: '2025-04-12', source: 'snapshot', carriedOver: true };
    expect(await embedded.rates.quotesOn(TODAY, ['USD'])).toMatchObject({ quotes: [quote] });
    expect(await here.rates.quotesOn(TODAY, ['USD'])).toEqual({ unavailable: 'upstream_unavailable' });
  });

  it('a fetched list replaces the snapshot for good', async () => {
    const embedded = await another({ snapshot: true });
    upstream.respondWith('both', status(500));
    await embedded.rates.quotesOn(TODAY, ['USD']);
    upstream.respondWith('both');
    const fetched = await embedded.rates.quotesOn(TODAY, ['USD']);
    expect(fetched).toMatchObject({ quotes: [{ source: 'cbr-json', effectiveDate: TODAY }] });
    const itself = await embedded.rates.quotesOn('2025-04-12', ['USD']);
    expect(itself).toMatchObject({
      quotes: [{ source: 'cbr-xml', effectiveDate: '2025-04-12', carriedOver: false }],
    });
  });

  it('a source is retried after a transient failure; then the other source is tried', async () => {
    const retried = await metric('waybill_rates_retries_total', { source: 'cbr-json' });
    upstream.respondWith('json', status(503));
    expect(await here.rates.quotesOn(TODAY, ['USD'])).toMatchObject({ quotes: [{ source: 'cbr-xml' }] });
    expect(upstream.requests.map(({ source }) => source)).toEqual(['json', 'json', 'xml']);
    expect(await metric('waybill_rates_retries_total', { source: 'cbr-json' })).toBe(retried + 1);
  });

  it('repeatedly, the circuit breaker stops requests to the source until its pause ends', async () => {
    const process = await another({ retries: 0, breaker: { failures: 2, halfOpenAfterMs: 400 } });
    const state = () => metric('waybill_rates_breaker_state', { source: 'cbr-json' });
    upstream.respondWith('both', status(500));
    for (let attempt = 0; attempt < 4; attempt++) await process.rates.quotesOn(TODAY, ['USD']);
    expect(upstream.requests).toHaveLength(4);
    expect(await state()).toBe(1);
    upstream.respondWith('both');
    await eventually(async () => 'quotes' in (await process.rates.quotesOn(TODAY, ['USD'])), {
      describe: 'a rate after the pause of the breaker',
    });
    expect(await state()).toBe(0);
  });

  it('a stopping process does not wait for an upstream, and prices nothing as a result', async () => {
    const process = await another({ timeoutMs: 60_000 });
    await process.rates.quotesOn(addDays(TODAY, -1), ['USD']);
    upstream.requests.length = 0;
    await process.dataSource.query('DELETE FROM rate_days WHERE day = $1', [TODAY]);
    upstream.respondWith('both', hang);
    const asked = process.rates.quotesOn(TODAY, ['USD']);
    await eventually(() => upstream.requests.length, { describe: 'the request' });
    await Promise.all([expect(asked).rejects.toBeInstanceOf(RatesStoppedError), extra.pop()?.stop()]);
  }, 45_000); // less than the timeout of the request
});

describe('one fetch at a time across the fleet', () => {
  it('serves two hundred callers in two processes', async () => {
    const there = await another();
    upstream.respondWith('json', (request, response) => {
      setTimeout(() => serve(datedJson(TODAY, addDays(TODAY, -1)))(request, response), 300);
    });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => (index % 2 ? here : there).rates.quotesOn(TODAY, ['USD'])),
    );
    expect(
      answers.filter((answer) => 'quotes' in answer && answer.quotes[0]?.value === '84.004'),
    ).toHaveLength(200);
    expect(upstream.requests).toHaveLength(1);
  });

  it('returns its result to every waiting caller', async () => {
    const days = [TODAY, addDays(TODAY, -1)];
    const answers = await Promise.all(days.map((day) => here.rates.quotesOn(day, ['USD'])));
    expect(answers.map((answer) => 'quotes' in answer && answer.quotes[0]?.effectiveDate)).toEqual(days);
    expect(upstream.requests).toHaveLength(1);
  });

  it('is waited for up to a limit', async () => {
    const process = await another({ lockWaitMs: 300 });
    clock = moscow('12:00', -1);
    await process.rates.quotesOn(addDays(TODAY, -1), ['USD']);
    clock = moscow('12:00');
    const runner = here.dataSource.createQueryRunner();
    await runner.query(`SELECT pg_advisory_lock(hashtext('waybill:rates'))`);
    expect(await process.rates.quotesOn(TODAY, ['USD'])).toEqual({ unavailable: 'upstream_unavailable' });
    expect(upstream.requests).toHaveLength(1);
    await runner.query(`SELECT pg_advisory_unlock(hashtext('waybill:rates'))`);
    await runner.release();
    expect(await process.rates.quotesOn(TODAY, ['USD'])).toMatchObject({
      quotes: [{ effectiveDate: TODAY }],
    });
  });

  it('uses one connection, however many days are waiting', async () => {
    const days = Array.from({ length: 20 }, (_, index) => addDays(TODAY, -index));
    const answers = await Promise.all(days.map((day) => here.rates.quotesOn(day, ['USD'])));
    expect(answers.map((answer) => 'quotes' in answer && answer.quotes[0]?.effectiveDate)).toEqual(days);
  });
});

describe('administrators', () => {
  it('refresh even when rates are stored, and see the result', async () => {
    await here.rates.refresh();
    expect(await here.rates.refresh()).toEqual({ source: 'cbr-json', effectiveDate: TODAY, currencies: 43 });
    expect(upstream.requests).toHaveLength(2);
    upstream.respondWith('json', status(404));
    expect(await here.rates.refresh()).toEqual({ source: 'cbr-xml', effectiveDate: TODAY, currencies: 43 });
    upstream.respondWith('xml', status(404));
    await expect(here.rates.refresh()).rejects.toBeInstanceOf(RatesUnavailableError);
  });

  it('see that another process is still fetching, not an upstream failure', async () => {
    upstream.respondWith('both', hang);
    const asked = (await another()).rates.refresh().catch(() => undefined);
    await eventually(() => upstream.requests.length, { describe: 'the request' });
    const waiting = await another({ lockWaitMs: 200 });
    await expect(waiting.rates.refresh()).rejects.toThrow('Another process is still fetching rates');
    await Promise.all([asked, ...extra.splice(0).map((process) => process.stop())]);
  });

  it('refresh until a list dated after today is stored', async () => {
    const friday = addDays(TODAY, -1);
    clock = moscow('15:00', -1);
    upstream.respondWith('json', serve(datedJson(friday, addDays(friday, -1))));
    expect(await here.rates.refreshUnlessTomorrowIsKnown()).toMatchObject({ effectiveDate: friday });
    upstream.respondWith('json', serve(datedJson(TODAY, friday)));
    expect(await here.rates.refreshUnlessTomorrowIsKnown()).toMatchObject({ effectiveDate: TODAY });
    expect(await here.rates.refreshUnlessTomorrowIsKnown()).toBeUndefined();
    expect(upstream.requests).toHaveLength(2);
  });

  it('list stored rates with their source, in pages', async () => {
    await here.rates.refresh();
    upstream.respondWith('json', status(404));
    await here.rates.quotesOn(addDays(TODAY, -5), ['USD']);
    const dates = [TODAY, addDays(TODAY, -1), addDays(TODAY, -5)];
    const lists = await here.rates.listKnown({ limit: 10 });
    expect(lists.map(({ effectiveDate }) => effectiveDate)).toEqual(dates);
    expect(lists.map(({ source }) => source)).toEqual(['cbr-json', 'cbr-json', 'cbr-xml']);
    expect(lists[0]).toMatchObject({ currencies: 43, receivedAt: expect.any(Date) });
    const page = await here.rates.listKnown({ limit: 1, before: TODAY });
    expect(page.map(({ effectiveDate }) => effectiveDate)).toEqual([dates[1]]);
  });

  it('need no list of currencies: a new one is available with the first list that quotes it', async () => {
    expect(await here.rates.isKnownCurrency('RUB')).toBe(true);
    expect(await here.rates.isKnownCurrency('USD')).toBe(true);
    expect(await here.rates.isKnownCurrency('XTS')).toBe(false);
    expect(await here.rates.isKnownCurrency("' OR 1=1")).toBe(false);
    const json = datedJson(TODAY, addDays(TODAY, -1)).replace(
      '"Valute": {',
      '"Valute": {"XTS": {"CharCode": "XTS", "Nominal": 10, "Value": 7.5},',
    );
    upstream.respondWith('json', serve(json));
    await here.rates.refresh();
    expect(await here.rates.isKnownCurrency('XTS')).toBe(true);
    expect(await here.rates.quotesOn(TODAY, ['XTS'])).toMatchObject({
      quotes: [{ value: '7.5', nominal: 10 }],
    });
  });
});
