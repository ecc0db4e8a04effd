import fc from 'fast-check';
import {
  type CbrUpstream,
  datedJson,
  datedXml,
  serve,
  startCbrUpstream,
  status,
} from '../../../test/support/cbr-upstream';
import { createRatesDatabase, forgetRates, type RatesProcess, startRates } from '../test/harness';
import { addDays, daysBetween, moscowDay } from './moscow-day';

const START = '2026-03-01';
const DAYS = 40;
const MAX_AGE = 5;

/** What the bank does: a list for each of `published`, out at 15:00 of the day before. */
interface Calendar {
  published: string[];
}

/** Somebody wants the rate of a day, at an hour, while sources are up or down. */
interface Ask {
  at: number;
  daysBack: number;
  json: boolean;
  xml: boolean;
}

// Gaps of up to five days, as long as lists may be carried over here.
const calendar: fc.Arbitrary<Calendar> = fc
  .array(fc.integer({ min: 1, max: MAX_AGE }), { minLength: DAYS + 30, maxLength: DAYS + 30 })
  .map((gaps) => {
    let day = addDays(START, -20);
    return { published: [day, ...gaps.map((gap) => (day = addDays(day, gap)))] };
  });

const asks: fc.Arbitrary<Ask[]> = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: DAYS * 24 - 1 }),
      daysBack: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10 })),
      json: fc.boolean(),
      xml: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((list) => list.sort((one, other) => one.at - other.at));

/** The naive model: the newest list that is not dated after the day. */
function inForce({ published }: Calendar, day: string): string {
  return published.filter((date) => date <= day).at(-1) ?? 'none';
}

function outBy({ published }: Calendar, now: Date): string[] {
  return published.filter((date) => Date.parse(`${addDays(date, -1)}T15:00:00+03:00`) <= now.getTime());
}

/** Each day's list has a figure of its own for the dollar. */
function usdOf(date: string): string {
  return `${80 + daysBetween(START, date) / 100}`;
}

function jsonOn(cal: Calendar, now: Date): string {
  const [previous = '', newest = ''] = outBy(cal, now).slice(-2);
  return datedJson(newest, previous).replace('84.004', usdOf(newest)).replace('85.0159', usdOf(previous));
}

function xmlFor(cal: Calendar, day: string, now: Date): string {
  const date = outBy(cal, now).findLast((out) => out <= day) ?? '';
  return datedXml(date).toString().replace('84,004', usdOf(date).replace('.', ','));
}

let database: Awaited<ReturnType<typeof createRatesDatabase>>;
let upstream: CbrUpstream;
let rates: RatesProcess;
let clock = new Date();

beforeAll(async () => {
  database = await createRatesDatabase();
  upstream = await startCbrUpstream();
  rates = await startRates(database.url, {
    ...upstream,
    now: () => clock,
    maxAgeDays: MAX_AGE,
    retries: 0,
    breaker: { failures: 1_000_000, halfOpenAfterMs: 1 },
  });
});

afterAll(async () => {
  await rates.stop();
  await upstream.stop();
  await database.drop();
});

function play(cal: Calendar, ask: Ask): void {
  clock = new Date(Date.parse(`${START}T00:00:00+03:00`) + ask.at * 3_600_000);
  upstream.respondWith('json', ask.json ? serve(jsonOn(cal, clock)) : status(404));
  upstream.respondWith('xml', (request, response) => {
    const [, asked = ''] = /date_req=([\d/]+)/.exec(request.url ?? '') ?? [];
    const reply = ask.xml ? serve(xmlFor(cal, asked.split('/').reverse().join('-'), clock)) : status(404);
    reply(request, response);
  });
}

/** What any answer has to hold to, whatever was asked before. */
async function check(cal: Calendar, ask: Ask, settled: Set<string>): Promise<void> {
  play(cal, ask);
  const today = moscowDay(clock);
  const day = addDays(today, -ask.daysBack);
  const answer = await rates.rates.quotesOn(day, ['USD']);
  const quote = 'quotes' in answer ? answer.quotes[0] : undefined;
  const finished = quote !== undefined && !quote.carriedOver;
  const context = { day, clock: clock.toISOString(), answer };
  if (finished) {
    expect({ ...context, rate: quote }).toMatchObject({
      rate: { effectiveDate: inForce(cal, day), value: usdOf(inForce(cal, day)) },
    });
  }
  if (quote?.carriedOver) {
    expect(quote.value).toBe(usdOf(quote.effectiveDate));
    expect(cal.published).toContain(quote.effectiveDate);
    expect(daysBetween(quote.effectiveDate, day)).toBeGreaterThanOrEqual(0);
    expect(daysBetween(quote.effectiveDate, day)).toBeLessThanOrEqual(MAX_AGE);
  }
  // The bank itself answers for any day, the mirror at least for today.
  if (ask.xml || (ask.json && ask.daysBack === 0) || settled.has(day))
    expect({ ...context, finished }).toMatchObject({ finished: true });
  if (finished) settled.add(day);
}

it('is that of the newest list not after it, over any calendar of publications and outages', async () => {
  await fc.assert(
    fc.asyncProperty(calendar, asks, async (cal, list) => {
      await forgetRates(rates);
      const settled = new Set<string>();
      for (const ask of list) await check(cal, ask, settled);
    }),
    { numRuns: 60 },
  );
}, 60_000);
