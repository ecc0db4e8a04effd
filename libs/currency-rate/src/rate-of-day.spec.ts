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
import type { OpenDatabase } from '../../../test/support/typeorm';
import { addDays, daysBetween, moscowDay } from './moscow-day';
import type { RateQuote } from './rates.service';

const START = '2026-03-01';
const DAYS = 40;
const MAX_AGE = 5;

/** The bank: a list for each day in `published`, published at 15:00 on the day before. */
interface Calendar {
  published: string[];
}

/** A request for the rate of a day, at an hour, while sources are up or down. */
interface Ask {
  at: number;
  daysBack: number;
  json: boolean;
  xml: boolean;
}

// Gaps of up to five days, the maximum age of a carried-over list in this spec.
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
  .map((list) => list.toSorted((one, other) => one.at - other.at));

/** The naive model: the newest list that is not dated after the day. */
function inForce({ published }: Calendar, day: string): string {
  return published.filter((date) => date <= day).at(-1) ?? 'none';
}

function outBy({ published }: Calendar, now: Date): string[] {
  return published.filter((date) => Date.parse(`${addDays(date, -1)}T15:00:00+03:00`) <= now.getTime());
}

/** Each day's list has a different value for the dollar. */
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

let database: OpenDatabase;
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
  await database.close();
});

function play(cal: Calendar, ask: Ask): void {
  clock = new Date(Date.parse(`${START}T00:00:00+03:00`) + ask.at * 3_600_000);
  upstream.respondWith('json', ask.json ? serve(jsonOn(cal, clock)) : status(404));
  upstream.respondWith('xml', (request, response) => {
    const [, asked = ''] = /date_req=([\d/]+)/.exec(request.url ?? '') ?? [];
    const reply = ask.xml ? serve(xmlFor(cal, asked.split('/').toReversed().join('-'), clock)) : status(404);
    reply(request, response);
  });
}

/** Returns what is wrong with a result, regardless of earlier requests; nothing if it is right. */
function faultsOf(
  cal: Calendar,
  ask: Ask,
  day: string,
  quote: RateQuote | undefined,
  wasSettled: boolean,
): string[] {
  const settled = quote?.carriedOver === false;
  // The bank has the list of any day, the mirror at least that of today.
  const due = ask.xml || (ask.json && ask.daysBack === 0) || wasSettled;
  const age = quote ? daysBetween(quote.effectiveDate, day) : 0;
  const faults: [boolean, string][] = [
    [due && !settled, 'should be settled'],
    [settled && quote.effectiveDate !== inForce(cal, day), 'another list is in force'],
    [quote !== undefined && quote.value !== usdOf(quote.effectiveDate), 'not the figure of its list'],
    [age < 0 || age > MAX_AGE, 'too old, or not in force yet'],
  ];
  return faults.flatMap(([wrong, what]) => (wrong ? [`${what}: ${day} at ${clock.toISOString()}`] : []));
}

async function faultsIn(cal: Calendar, list: Ask[]): Promise<string[]> {
  await forgetRates(rates);
  const settled = new Set<string>();
  const faults: string[] = [];
  for (const ask of list) {
    play(cal, ask);
    const day = addDays(moscowDay(clock), -ask.daysBack);
    const answer = await rates.rates.quotesOn(day, ['USD']);
    const quote = 'quotes' in answer ? answer.quotes[0] : undefined;
    faults.push(...faultsOf(cal, ask, day, quote, settled.has(day)));
    if (quote?.carriedOver === false) settled.add(day);
  }
  return faults;
}

it('comes from the newest list not after it, for any calendar of publications and outages', async () => {
  await fc.assert(
    fc.asyncProperty(calendar, asks, async (cal, list) => {
      expect(await faultsIn(cal, list)).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 60_000);
